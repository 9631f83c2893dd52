/** The dialog that adds a channel or changes one. */

import { api } from "./api.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { field, fieldsNamed, linesOf, valuesOf } from "./forms.js";
import { t } from "./gettext.js";

const HINTS = {
  apprise: t`Apprise's URL, such as ntfys://topic, mailtos://user:password@gmail.com or tgram://token/chat.`,
  webhook: t`Where signed JSON is sent: https://…`,
  push: t`What a browser gave. In that browser, use the button Push to this browser.`,
  monitor: t`A ping URL as healthchecks has it: https://hc-ping.com/…`,
};
const DIGESTS = [
  ["", t`at once`],
  ["hourly", t`together, every hour`],
  ["daily", t`together, once a day`],
];

const { text, area, choice } = fieldsNamed("channel");

const time = (name, title, value) => text(name, title, value?.slice(0, 5), { type: "time", read: (chosen) => chosen || null });

/** Many checkboxes; `read` answers the names of those that are ticked. */
function ticks(name, title, chosen, kinds) {
  const boxes = kinds.map((kind) => [kind.name, h("input", { type: "checkbox", checked: chosen.includes(kind.name) }), kind.label]);
  const input = h("div", { role: "group", "aria-label": title, class: "ticks" }, boxes.map(([, box, label]) => h("label", {}, box, label)));
  return field(name, title, { id: `channel-${name}`, input, wide: true, read: () => boxes.filter(([, box]) => box.checked).map(([key]) => key) });
}

const secret = { autocapitalize: "none", spellcheck: "false", wide: true };

function fieldsOf(channel, { kinds, schedules, types }) {
  const usual = kinds.filter((kind) => kind.chosen).map((kind) => kind.name);
  const choices = [["", "none"], ...schedules.map(({ id, name }) => [String(id), name])];
  const on = field("enabled", t`On`, { id: "channel-enabled", input: h("input", { type: "checkbox", checked: channel.enabled ?? true }), wide: true });
  return [
    text("name", t`Name`, channel.name, { required: true, maxlength: 100 }),
    choice("type", t`Type`, channel.type, Object.entries(types)),
    text("address", t`Address`, channel.address, { required: true, ...secret }),
    choice("schedule", t`Schedule`, channel.schedule ? String(channel.schedule) : "", choices, { read: (chosen) => (chosen ? Number(chosen) : null) }),
    ticks("events", t`Tell of`, channel.events ?? usual, kinds),
    area("tasks", t`Only of these tasks`, (channel.tasks ?? []).join("\n"), { rows: 2, read: linesOf, help: t`Names or globs, one a line. None: all.` }),
    choice("digest", t`When`, channel.digest, DIGESTS),
    time("digest_at", t`Daily at`, channel.digest_at),
    time("quiet_from", t`Quiet from`, channel.quiet_from),
    time("quiet_until", t`Quiet until`, channel.quiet_until),
    ticks("quiet_except", t`Told in quiet hours all the same`, channel.quiet_except ?? [], kinds),
    area("template", t`Text`, channel.template, { rows: 3, placeholder: "{{ title }}: {{ detail }} {{ url }}", help: t`A template; empty: the usual text.` }),
    text("secret", t`Secret`, channel.secret, { ...secret, help: t`Webhooks are signed with it. Empty: one is made.` }),
    on,
  ];
}

// What each type has beside name, type, address and enabled.
const TELLING = ["events", "tasks", "digest", "digest_at", "quiet_from", "quiet_until", "quiet_except"];
const OF_TYPE = { apprise: [...TELLING, "template"], push: [...TELLING, "template"], webhook: [...TELLING, "secret"], monitor: ["schedule"] };
const ALWAYS = ["name", "type", "address", "enabled"];

/** Show what the type and the digest have. */
function arrange(by) {
  const type = by.type.read();
  by.address.element.querySelector("small").textContent = HINTS[type];
  for (const [name, { element }] of Object.entries(by)) element.hidden = ![...ALWAYS, ...OF_TYPE[type]].includes(name);
  if (!by.digest_at.element.hidden) by.digest_at.element.hidden = by.digest.read() !== "daily";
  const quiet = by.quiet_from.read() || by.quiet_until.read();
  if (!by.quiet_except.element.hidden) by.quiet_except.element.hidden = !quiet;
}

/** Open the dialog; a channel without an `id` is a new one. `saved(channel)` is called once it is stored. */
export function openChannelDialog(channel, { url, saved, ...choices }) {
  const fields = fieldsOf(channel, choices);
  const by = Object.fromEntries(fields.map((one) => [one.name, one]));
  arrange(by);
  const { dialog } = openDialog({
    title: channel.id ? t`Edit ${channel.name}` : "Add a channel",
    body: fields.map(({ element }) => element),
    className: "movie-form",
    action: t`Save`,
    fields,
    submit: () => {
      const body = valuesOf(fields.filter(({ element }) => !element.hidden));
      return channel.id ? api(`${url}/${channel.id}`, { method: "PATCH", body }) : api(url, { method: "POST", body });
    },
    done: ({ object }) => saved(object),
  });
  dialog.addEventListener("input", () => arrange(by));
}
