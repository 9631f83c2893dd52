/** Dialogs about shows: make or change one, forget something of it, take a release once more. */

import { api } from "./api.js";
import { openDialog } from "./dialog.js";
import { h, toast } from "./dom.js";
import { field, fieldsNamed, linesOf, valuesOf } from "./forms.js";
import { t } from "./gettext.js";
import { at } from "./root.js";

export const pageOf = ({ id }) => at(`/series/${id}/`);

/** Change a show, or make one where it has no id yet. `saved()` is called after. */
export function openShow(show, { url, saved }) {
  const { text, area } = fieldsNamed("show");
  const fields = [
    !show.id && text("name", t`Name`, "", { required: true, help: t`As the config names it.` }),
    text("begin", t`Begin at`, show.begin, { help: t`The first episode to take: S02E05, S02, 2026-01-31 or a number. Empty: any.`, read: (value) => value.trim() || null }),
    area("alternate_names", t`Other names`, show.alternate_names?.join("\n"), { rows: 3, read: linesOf, help: t`One a line: releases that are called so are the show's.` }),
  ].filter(Boolean);
  openDialog({
    title: show.id ? t`Edit ${show.name}` : "Add a show",
    body: fields.map(({ element }) => element),
    fields,
    action: show.id ? t`Save` : t`Add`,
    submit: async () => {
      const body = valuesOf(fields);
      if (!show.id && body.begin === null) delete body.begin;
      return (await api(show.id ? `${url}/${show.id}` : url, { method: show.id ? "PATCH" : "POST", body })).object;
    },
    done: ({ name }) => {
      toast(t`${name} is saved.`);
      saved();
    },
  });
}

/** Ask how much of a thing FlexGet is to forget, and have it do so. */
export function openForget(name, url, forgotten) {
  const again = field("forget", t`Also that its releases are seen`, {
    id: "forget-seen",
    input: h("input", { type: "checkbox" }),
    help: t`Then the next run may take them again. Else FlexGet still rejects the same releases, and may take others.`,
  });
  openDialog({
    title: t`Forget ${name}?`,
    body: [h("p", {}, t`FlexGet forgets what it found and took of it. Files stay where they are, and so does the config.`), again.element],
    action: t`Forget`,
    kind: "danger",
    submit: () => api(`${url}?forget=${again.read()}`, { method: "DELETE" }),
    done: () => {
      toast(t`${name} is forgotten.`);
      forgotten();
    },
  });
}

/** Have FlexGet take a release again. */
export function openTakeAgain(release, url, forgotten) {
  openDialog({
    title: t`Download it again?`,
    body: [
      h("p", {}, h("b", {}, release.title)),
      h("p", {}, t`FlexGet forgets this release, and that it has seen it. The next run of the task takes it once more, if its feed still has it and the show's settings still allow it.`),
      h("p", {}, t`What was downloaded stays where it is.`),
    ],
    action: t`Download again`,
    submit: () => api(`${url}/${release.id}?forget=true`, { method: "DELETE" }),
    done: () => {
      toast(t`Forgotten: the task's next run takes it again.`);
      forgotten();
    },
  });
}
