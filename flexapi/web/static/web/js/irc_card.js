/** The dashboard's card of IRC: which connections are up, what they heard last, and buttons to steer them. */

import { api } from "./api.js";
import { byId, h, icon, toast } from "./dom.js";
import { timeElement } from "./format.js";
import { ngettext, sentence, t } from "./gettext.js";
import { at } from "./root.js";

// Milliseconds until a connection that was steered is looked at again.
const SOON = 1500;
// The colours that executions have.
const LOOKS = { connected: "complete", connecting: "running", failed: "failed" };
const STATES = { connected: t`connected`, connecting: t`connecting`, failed: t`failed`, stopped: t`stopped` };

const heading = (name, text) => h("span", { class: "visually-hidden" }, ` ${text} ${name}`);

function steerButton(url, { name }, what, label, picture) {
  const steer = async () => {
    try {
      await api(`${url}/${encodeURIComponent(name)}/${what}`, { method: "POST" });
      toast(`${label}: ${name}`);
    } catch (error) {
      toast(error.message, "failed");
    }
    await showIrc(url, { steerIrc: true });
    setTimeout(() => showIrc(url, { steerIrc: true }), SOON);
  };
  return h("button", { class: "button quiet small", title: label, onclick: steer }, icon(picture), heading(name, label));
}

function lastWord({ last_announce: announce, last_error: error, state, dropped }) {
  const parts = [];
  if (announce) {
    const title = announce.execution ? h("a", { href: at(`/executions/${announce.execution}/`) }, announce.title) : announce.title;
    parts.push(h("div", { class: "meta" }, sentence`Announced ${timeElement(announce.time)}: ${title}`));
  }
  if (error && state !== "connected") parts.push(h("div", { class: "meta failed-count" }, error.message));
  if (dropped) parts.push(h("div", { class: "meta failed-count" }, ngettext("{0} announce dropped: more than 60 in a minute", "{0} announces dropped: more than 60 in a minute", dropped)));
  return parts;
}

function row(url, connection, can) {
  const { name, state, server, channels } = connection;
  const where = [server, ...channels.map((channel) => channel.name)].filter(Boolean).join(" ");
  return h(
    "li",
    { class: "running-item" },
    h(
      "div",
      { class: "line" },
      h("span", { class: `status ${LOOKS[state] ?? ""}` }, STATES[state] ?? state),
      h("b", {}, name),
      h("span", { class: "meta" }, where),
      h("span", { class: "spread" }),
      can.steerIrc && steerButton(url, connection, "restart", t`Restart the connection`, "again"),
      can.steerIrc && state !== "stopped" && steerButton(url, connection, "stop", t`Stop the connection`, "stop"),
    ),
    lastWord(connection),
  );
}

/** Show the connections; the card is hidden where the config has none. */
export async function showIrc(url, can) {
  const card = byId("irc");
  try {
    const { items } = await api(`${url}?limit=500`);
    card.querySelector("ul").replaceChildren(...items.map((connection) => row(url, connection, can)));
    card.hidden = items.length === 0;
  } catch {
    card.hidden = true; // The connection of the page says that the server can't be reached.
  }
}
