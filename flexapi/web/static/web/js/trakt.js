/** The accounts of Trakt that FlexGet has access to, and how it gets there. */

import { api } from "./api.js";
import { confirmed } from "./dialog.js";
import { byId, h, pageData, toast } from "./dom.js";
import { momentElement } from "./format.js";
import { sentence, t } from "./gettext.js";
import { empty, failure } from "./states.js";
import { counted } from "./things.js";

const { can, endpoints } = pageData();
// Milliseconds between two looks at whether the code was entered.
const LOOK = 2000;

const urlOf = (name) => `${endpoints.trakt.replace(/\/$/, "")}/${encodeURIComponent(name)}`;

async function forget(name) {
  if (!(await confirmed(t`Have FlexGet forget its access to ${name}?`, t`Forget`))) return;
  try {
    await api(urlOf(name), { method: "DELETE" });
    toast(t`FlexGet has no access to ${name} any more. Revoke it at Trakt as well.`);
  } catch (error) {
    toast(error.message, "failed");
  }
  await load();
}

function row({ name, created, expires }) {
  return h(
    "li",
    {},
    h("span", { class: "title" }, name),
    h("span", { class: "meta" }, sentence`since ${momentElement(created)}, until ${momentElement(expires)}`),
    can.removeTrakt && h("button", { class: "button small", onclick: () => forget(name) }, t`Forget`),
  );
}

async function load() {
  const place = byId("accounts");
  try {
    const { items, count } = await api(`${endpoints.trakt}?limit=500`);
    byId("count").textContent = counted(count, "account");
    place.replaceChildren(count ? h("ul", { class: "rows" }, items.map(row)) : empty(t`FlexGet has access to no account.`, can.changeTrakt && t`Name one above and authorize it.`));
  } catch (error) {
    place.replaceChildren(failure(error, load));
  }
}

const shown = {
  asking: () => t`Trakt is being asked for a code…`,
  waiting: ({ url, code, detail }) =>
    url && code
      ? sentence`Enter the code ${h("strong", { class: "code" }, code)} at ${h("a", { href: url, target: "_blank", rel: "noreferrer" }, url)}. This page notices.`
      : detail,
  done: ({ name }) => t`FlexGet has access to ${name}.`,
  failed: ({ detail }) => detail,
};

function show(authorization) {
  const kind = authorization.state === "failed" ? "callout failed" : "callout";
  byId("going-on").replaceChildren(h("p", { class: kind }, shown[authorization.state](authorization)));
}

/** Show how it goes on, until it is over. */
async function follow(authorization) {
  show(authorization);
  if (authorization.state === "asking" || authorization.state === "waiting") {
    setTimeout(() => look(authorization.name), LOOK);
  } else await load();
}

async function look(name) {
  try {
    const { authorization } = (await api(urlOf(name))).object;
    if (authorization) await follow(authorization);
  } catch (error) {
    // The server may be away for a moment; the code is still good.
    if (error.status >= 400 && error.status < 500) show({ state: "failed", detail: error.message });
    else setTimeout(() => look(name), LOOK);
  }
}

byId("authorize")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = new FormData(event.target).get("name").trim();
  show({ state: "asking" });
  try {
    await follow((await api(`${urlOf(name)}/authorize`, { method: "POST" })).object);
  } catch (error) {
    show({ state: "failed", detail: error.message });
  }
});

load();
