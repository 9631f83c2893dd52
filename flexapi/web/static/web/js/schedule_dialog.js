/** The dialog that makes or changes a schedule. */

import { api } from "./api.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { field } from "./forms.js";
import { t } from "./gettext.js";
import { whenControl } from "./schedule_words.js";

const ALL = "*";

/** Which tasks: a box for each that is enabled, for all, and for what the schedule names beside these. */
function tasksField(tasks, chosen) {
  const others = chosen.filter((name) => name !== ALL && !tasks.includes(name));
  const box = (value, text) => h("label", {}, h("input", { type: "checkbox", value, checked: chosen.includes(value) }), text);
  const input = h("div", { class: "task-choice", role: "group" }, box(ALL, t`All tasks`), tasks.map((name) => box(name, name)), others.map((name) => box(name, name)));
  const read = () => [...input.querySelectorAll(":checked")].map(({ value }) => value);
  return field("tasks", t`What it runs`, { id: "schedule-tasks", input, read });
}

/** `schedule` is the one to change; null makes one. `saved(schedule)` gets it as it is then, with `replaced` where FlexGet's default gave way. */
export function openScheduleDialog(schedule, { url, tasks, saved }) {
  const names = tasksField(tasks, schedule?.tasks ?? []);
  const when = whenControl(schedule ?? { interval: { hours: 1 }, schedule: null });
  const of = (name) => ({ ...when, name, input: when.element });
  const note = schedule?.default && h("p", { class: "callout" }, t`This is what FlexGet does where the config names no schedules. It can be paused; to change it, add a schedule of your own.`);
  openDialog({
    title: schedule ? t`Change the schedule` : t`Add a schedule`,
    body: [note, names.element, when.element],
    action: schedule ? t`Save` : t`Add`,
    fields: [names, of("interval"), of("schedule")],
    async submit() {
      const body = { tasks: names.read(), ...when.read() };
      if (!body.tasks.length) {
        names.fault.textContent = t`Choose at least one task.`;
        names.fault.hidden = false;
        return false;
      }
      const answer = schedule ? await api(`${url}/${schedule.id}`, { method: "PUT", body }) : await api(url, { method: "POST", body });
      return answer.object;
    },
    done: saved,
  });
}
