/** Who is told of what, what was sent, and what the other side answered. */

import { api } from "./api.js";
import { showBrowserCard } from "./browser_card.js";
import { openChannelDialog } from "./channel_dialog.js";
import { confirmed } from "./dialog.js";
import { byId, h, icon, pageData, toast } from "./dom.js";
import { urlOf } from "./execution.js";
import { timeElement } from "./format.js";
import { ngettext, sentence, t } from "./gettext.js";
import { PagedList } from "./paged_list.js";
import { empty, failure } from "./states.js";

const { can, endpoints, kinds, schedules, types } = pageData();
const url = endpoints.notifications;
const labelOf = Object.fromEntries(kinds.map(({ name, label }) => [name, label]));
// While something is on its way, the page looks again.
const LOOK_AGAIN = 5000;

const STATES = {
  pending: ["pending", t`trying`],
  testing: ["running", t`testing`],
  delivered: ["complete", t`delivered`],
  given_up: ["failed", t`given up`],
};
const badge = (state) => h("span", { class: `status ${STATES[state][0]}` }, STATES[state][1]);

const DIGESTS = { hourly: t`hourly` };

/** The kinds of events by their names; or those that are left out, where these are fewer. */
function kindsTold(events) {
  const left = kinds.filter(({ name }) => !events.includes(name)).map(({ label }) => label);
  if (!left.length) return t`Everything`;
  if (left.length < events.length) return t`Everything but: ${left.join(", ")}`;
  return events.map((name) => labelOf[name] ?? name).join(", ");
}

function summary(channel) {
  const { type, events, tasks, digest, digest_at, quiet_from, quiet_until, schedule } = channel;
  if (type === "monitor") return t`runs of schedule ${schedule}`;
  const told = kindsTold(events);
  const when = digest === "daily" ? t`daily at ${digest_at.slice(0, 5)}` : DIGESTS[digest] ?? t`at once`;
  const quiet = quiet_from && t`quiet from ${quiet_from.slice(0, 5)} to ${quiet_until.slice(0, 5)}`;
  return [told, tasks.length && t`of ${tasks.join(", ")}`, when, quiet].filter(Boolean).join("; ");
}

async function sendTest(channel, button) {
  button.disabled = true;
  try {
    const { object } = await api(`${url}/${channel.id}/test`, { method: "POST" });
    if (object.state === "delivered") toast(t`The test to ${channel.name} has arrived.`);
    else toast(`${channel.name}: ${object.answer ?? t`no answer`}`, "failed");
  } catch (error) {
    toast(error.message, "failed");
  } finally {
    button.disabled = false;
  }
  load();
}

async function remove(channel) {
  if (!(await confirmed(t`Delete ${channel.name}, and what is known of its deliveries?`, t`Delete`))) return;
  try {
    await api(`${url}/${channel.id}`, { method: "DELETE" });
  } catch (error) {
    toast(error.message, "failed");
  }
  load();
}

const edit = (channel) =>
  openChannelDialog(channel, {
    url,
    kinds,
    schedules,
    types,
    saved: (stored) => {
      toast(t`${stored.name} is saved.`);
      load();
    },
  });

function channelRow(channel) {
  const { name } = channel;
  const answer = channel.last_state && channel.last_state !== "delivered" && channel.last_answer;
  const button = (label, title, child, onclick, kind = "") => h("button", { class: `button small ${kind}`, "aria-label": label, title, onclick }, child);
  return h(
    "li",
    { class: "channel", id: `channel-${channel.id}` },
    h("span", { class: "title" }, h("b", {}, name), " ", h("span", { class: "meta" }, types[channel.type].split(" (")[0]), !channel.enabled && h("span", { class: "meta" }, t`, off`)),
    h("span", { class: "state" }, channel.last_state && badge(channel.last_state), channel.waiting > 0 && h("span", { class: "meta" }, ngettext("{0} event waiting", "{0} events waiting", channel.waiting))),
    h("span", { class: "below" }, summary(channel), answer && h("span", { class: "answer" }, answer)),
    h(
      "span",
      { class: "actions" },
      can.testChannels && button(t`Send a test to ${name}`, t`Send a test`, t`Send a test`, (event) => sendTest(channel, event.currentTarget)),
      can.changeChannels && button(t`Edit ${name}`, t`Edit`, icon("edit"), () => edit(channel)),
      can.removeChannels && button(t`Delete ${name}`, t`Delete`, icon("close"), () => remove(channel), "danger"),
    ),
  );
}

function deliveryRow(delivery) {
  const titles = delivery.events.slice(0, 3).map(({ title, execution }) => h("span", {}, execution ? h("a", { href: urlOf({ id: execution }) }, title) : title));
  const more = delivery.events.length - titles.length;
  const again = delivery.state === "pending" && delivery.next_try && sentence`, again ${timeElement(delivery.next_try)}`;
  return h(
    "li",
    { class: "delivery", id: `delivery-${delivery.id}` },
    h("span", { class: "title" }, titles, more > 0 && h("span", { class: "meta" }, t`and ${more} more`)),
    h("span", { class: "state" }, badge(delivery.state)),
    h("span", { class: "below" }, h("span", {}, delivery.channel_name, ", ", timeElement(delivery.created), delivery.attempts > 1 && ngettext(", {0} try", ", {0} tries", delivery.attempts), again)),
    (delivery.answer || delivery.status) && h("span", { class: "answer" }, delivery.status && `${delivery.status} `, delivery.answer),
  );
}

function problemRow({ title, detail, since, count }) {
  return h("li", { class: "delivery" }, h("span", { class: "title" }, count > 1 ? ngettext("{1} {0} time", "{1} {0} times", count, title) : title), h("span", { class: "state" }, timeElement(since)), detail && h("span", { class: "answer" }, detail));
}

async function showProblems() {
  const { problems = [] } = (await api(endpoints["server/summary"])).object;
  byId("problems").replaceChildren(...problems.map(problemRow));
  byId("problems-card").hidden = !problems.length;
}

async function showChannels() {
  const { items } = await api(`${url}?limit=500`);
  const none = empty(t`Nobody is told of anything.`, can.addChannels ? t`Add a channel: a phone, a mail address, a chat, or a program.` : t`An editor adds channels.`);
  byId("channels").replaceChildren(items.length ? h("ul", { class: "rows" }, items.map(channelRow)) : none);
  return items.some(({ waiting, last_state }) => waiting || last_state === "pending");
}

let looking;

/** Read and show all; at first the list of deliveries does so by itself. */
async function load({ first = false } = {}) {
  clearTimeout(looking);
  try {
    const [busy] = await Promise.all([showChannels(), showProblems(), !first && deliveries.load()]);
    if (busy) looking = setTimeout(load, LOOK_AGAIN);
  } catch (error) {
    byId("channels").replaceChildren(failure(error, load));
  }
}

const deliveries = new PagedList(byId("deliveries"), byId("filters"), {
  url: endpoints["notifications/deliveries"],
  fixed: { ordering: "-id" },
  word: "delivery",
  row: deliveryRow,
  none: () => empty(t`Nothing was sent yet.`, t`What channels are sent, and what the other side answers, is listed here.`),
});
load({ first: true });
showBrowserCard(url, can, load);
byId("add")?.addEventListener("click", () => edit({}));
