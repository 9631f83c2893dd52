/** Trying what is in the editor before it is saved: on what comes in now, or on the entries of a past run. */

import { api, postYaml, readLog } from "../api.js";
import { h } from "../dom.js";
import { amount, timeElement } from "../format.js";
import { sentence, t } from "../gettext.js";
import { at } from "../root.js";

const LIVE = "";
// Entries that are shown: a page of the API.
const MOST = 500;

const stateOf = ({ state }) => h("span", { class: `status ${state}` }, state);
const because = ({ reason, plugin }) => [reason || t`No reason given.`, plugin && [" ", h("span", { class: "by" }, t`by ${plugin}`)]];

/** What became of an entry; `before` is what became of it in the run that it is from. */
function row({ title, before, after }) {
  const changed = before && before.state !== after.state;
  return h(
    "li",
    { class: changed ? "entry changed" : "entry" },
    h("span", { class: "states" }, changed && [stateOf(before), " → "], stateOf(after)),
    h("span", { class: "title" }, title),
    h("span", { class: "because" }, because(after)),
    changed && h("span", { class: "below" }, sentence`Before: ${h("span", {}, because(before))}`),
  );
}

/** The entries of a trial, `{rows, count}`: rows as `row` takes them, those that it decides otherwise first; how many there are. */
async function decided(execution, replayed) {
  if (replayed) {
    const { items, count } = await api(`${at(`/api/execution/${execution.id}/changes`)}?all=true&limit=${MOST}`);
    const isChanged = ({ before, after }) => before?.state !== after?.state;
    const rows = items.filter(({ after }) => after).sort((one, other) => isChanged(other) - isChanged(one));
    return { rows, count };
  }
  const { items, count } = await api(`${at(`/api/execution/${execution.id}/entries`)}?limit=${MOST}`);
  return { rows: items.map((entry) => ({ title: entry.title, after: entry })), count };
}

function choices(runs) {
  const options = runs.map(({ execution, finished, summary }) =>
    h("option", { value: execution }, t`Entries of #${execution}, ${timeElement(finished).textContent}: ${summary.accepted} accepted, ${summary.rejected} rejected`),
  );
  return h("select", { "aria-label": t`What to try it on` }, h("option", { value: LIVE }, t`What comes in now`), options);
}

/** Put a form and its results into `panel`: `data` is the page's, `editor` what is tried. */
export function offerTrial(panel, data, editor) {
  const source = choices(data.runs);
  if (data.run) source.value = data.run;
  if (source.selectedIndex < 0) source.value = LIVE;
  const button = h("button", { type: "button", class: "button" }, t`Try`);
  const only = h("input", { type: "checkbox" });
  const onlyChanged = h("label", { hidden: true }, only, " ", t`Only what changes`);
  const said = h("p", { class: "state", role: "status" }, t`Nothing is saved, downloaded or sent.`);
  const list = h("ul", { class: "rows trial" });
  panel.append(h("div", { class: "bar" }, button, source, onlyChanged), said, list);

  let rows = [];
  const show = () => {
    const shown = only.checked && !onlyChanged.hidden ? rows.filter(({ before, after }) => before?.state !== after.state) : rows;
    list.replaceChildren(...shown.map(row));
  };
  const run = async () => {
    const replayed = source.value;
    const query = replayed ? `?entries_of=${replayed}` : "";
    said.textContent = t`FlexGet runs it…`;
    list.replaceChildren();
    const { object } = await postYaml(data.try + query, editor.value);
    await readLog(at(`/api/execution/${object.id}/log`));
    const ended = (await api(at(`/api/execution/${object.id}`))).object;
    const found = await decided(ended, replayed);
    rows = found.rows;
    onlyChanged.hidden = !replayed;
    const changed = rows.filter(({ before, after }) => before && before.state !== after.state).length;
    const result = [ended.abort_reason || t`${amount(ended.summary.accepted)} accepted`, replayed && t`${amount(changed)} decided otherwise`].filter(Boolean).join(", ");
    const cut = found.count > MOST && `${t`Shown are the first ${amount(MOST)} of ${amount(found.count)} entries.`} `;
    said.replaceChildren(`${result}. `, cut || "", h("a", { href: at(`/executions/${object.id}/`) }, t`Its log`));
    show();
  };
  only.addEventListener("change", show);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await run();
    } catch (error) {
      said.replaceChildren(h("span", { class: "error", role: "alert" }, error.message));
    }
    button.disabled = false;
  });
}
