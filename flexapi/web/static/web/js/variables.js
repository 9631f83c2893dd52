/** The variables in FlexGet's database: read by all, their values by who may change them. */

import { api, readTagged } from "./api.js";
import { confirmed, openDialog } from "./dialog.js";
import { byId, h, icon, pageData, toast } from "./dom.js";
import { fieldsNamed, valuesOf } from "./forms.js";
import { sentence, t } from "./gettext.js";
import { attempt, button, keepFresh } from "./known.js";
import { empty, failure, loading } from "./states.js";
import { table } from "./table.js";
import { counted, plural } from "./things.js";

const { endpoints, may } = pageData();
const url = endpoints.variables;
const place = byId("rows");

async function remove(name) {
  if (!(await confirmed(t`Delete ${name}?`, t`Delete`, t`A part of the config that uses it can't be read any more: its tasks fail until it is there again.`))) return;
  const without = async () => {
    const { object, etag } = await readTagged(url);
    delete object[name];
    return api(url, { method: "PUT", body: object, etag });
  };
  await attempt(without, t`${name} is deleted.`, load);
}

const json = (text) => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(t`This is not JSON: ${error.message}`);
  }
};

function edit(name = null, value = "") {
  const { text, area, choice } = fieldsNamed("variable");
  const isText = typeof value === "string";
  const kind = choice("kind", t`Kind`, isText ? "text" : "json", [["text", t`text`], ["json", t`JSON: a number, yes or no, a list, an object`]]);
  const named = text("name", t`Name`, name ?? "", { required: true, readonly: name !== null });
  const worth = area("value", t`Value`, isText ? value : JSON.stringify(value, null, 2), { rows: 4, read: (given) => (kind.input.value === "json" ? json(given) : given) });
  const fields = [named, kind, worth];
  openDialog({
    title: name ? t`Edit ${name}` : "Add a variable",
    body: fields.map(({ element }) => element),
    fields,
    action: name ? t`Save` : t`Add`,
    submit: () => {
      const given = valuesOf(fields);
      return api(url, { method: "PATCH", body: { [given.name]: given.value } });
    },
    done: () => {
      toast(t`${named.input.value.trim()} is saved. The next run uses it.`);
      load();
    },
  });
}

const columns = [
  { title: t`Name`, kind: "wide", cell: ([name]) => h("b", {}, name) },
  { title: t`Value`, kind: "wide", cell: ([, value]) => h("code", {}, typeof value === "string" ? value : JSON.stringify(value)) },
  { title: t`Actions`, kind: "actions", hidden: !may.change, cell: ([name, value]) => [button(t`Edit ${name}`, icon("edit"), () => edit(name, value)), button(t`Delete ${name}`, icon("close"), () => remove(name), "danger")] },
];

async function load() {
  try {
    const variables = Object.entries((await api(url)).object);
    byId("count").textContent = counted(variables.length, "variable");
    const none = empty(t`FlexGet's database holds no variable.`, sentence`Where the config says ${h("code", {}, "variables: yes")}, a variable from here stands wherever ${h("code", {}, "{? name ?}")} does.`);
    place.replaceChildren(variables.length ? table(columns, variables, { caption: plural("variable") }) : none);
  } catch (error) {
    place.replaceChildren(failure(error, load));
  }
}

place.replaceChildren(loading());
load();
keepFresh(load);
byId("add")?.addEventListener("click", () => edit());
