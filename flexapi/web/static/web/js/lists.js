/** The lists that FlexGet keeps, of all kinds: make one, look into it, delete it. */

import { api } from "./api.js";
import { confirmed, openDialog } from "./dialog.js";
import { byId, h, icon, pageData, toast } from "./dom.js";
import { momentElement } from "./format.js";
import { fieldsNamed, valuesOf } from "./forms.js";
import { sentence, t } from "./gettext.js";
import { attempt, button, keepFresh } from "./known.js";
import { at } from "./root.js";
import { empty, failure, loading } from "./states.js";
import { table } from "./table.js";
import { counted, plural } from "./things.js";

const { kinds } = pageData();
const place = byId("rows");
// As many as the API gives at once: people have a handful.
const MOST = 500;
const addable = Object.entries(kinds).filter(([, { may }]) => may.add);

async function remove({ kind, id, name, count }) {
  if (!(await confirmed(t`Delete the list ${name}?`, t`Delete`, t`What is in it goes too: ${counted(count, kinds[kind].word)}. A config that names the list makes it again, empty.`))) return;
  await attempt(() => api(`${kinds[kind].url}/${id}`, { method: "DELETE" }), t`The list ${name} is deleted.`, load);
}

const columns = [
  { title: t`List`, kind: "wide", cell: ({ kind, id, name }) => h("a", { href: at(`/lists/${kind}/${id}/`) }, h("b", {}, name)) },
  { title: t`Kind`, cell: ({ kind }) => kinds[kind].title },
  { title: t`Holds`, kind: "number", cell: ({ kind, count }) => counted(count, kinds[kind].word) },
  { title: t`Made`, kind: "time", label: t`since`, cell: ({ added }) => added && momentElement(added) },
  { title: t`Actions`, kind: "actions", cell: (list) => kinds[list.kind].may.delete && button(t`Delete ${list.name}`, icon("close"), () => remove(list), "danger") },
];

async function load() {
  try {
    const read = async ([kind, { url }]) => (await api(`${url}?ordering=name&limit=${MOST}`)).items.map((list) => ({ ...list, kind }));
    const lists = (await Promise.all(Object.entries(kinds).map(read))).flat();
    byId("count").textContent = counted(lists.length, "list");
    const none = empty(t`FlexGet keeps no list.`, [sentence`A config that names one makes it, with ${h("code", {}, "list_add")} for example.`, addable.length > 0 && [" ", t`Or add one here.`]]);
    place.replaceChildren(lists.length ? table(columns, lists, { caption: plural("list") }) : none);
  } catch (error) {
    place.replaceChildren(failure(error, load));
  }
}

function add() {
  const { text, choice } = fieldsNamed("list");
  const fields = [text("name", t`Name`, "", { required: true, help: t`As the config names it.` }), choice("kind", t`Kind`, null, addable.map(([kind, { title }]) => [kind, title]))];
  openDialog({
    title: t`Add a list`,
    body: fields.map(({ element }) => element),
    fields,
    action: t`Add`,
    submit: () => {
      const { kind, name } = valuesOf(fields);
      return api(kinds[kind].url, { method: "POST", body: { name } });
    },
    done: ({ object }) => {
      toast(t`The list ${object.name} is there.`);
      load();
    },
  });
}

place.replaceChildren(loading());
load();
keepFresh(load);
byId("add")?.addEventListener("click", add);
