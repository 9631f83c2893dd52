/** What superusers do to the server from its pages. */

import { api } from "./api.js";
import { h, toast } from "./dom.js";
import { t } from "./gettext.js";
import { at } from "./root.js";

/** Do it; say how it went. Resolves to the answer, null where it failed. */
async function post(url, said) {
  try {
    const { object } = await api(url, { method: "POST" });
    toast(said(object));
    return object;
  } catch (error) {
    toast(error.message, "failed");
    return null;
  }
}

const unlocked = ({ removed, file, reason }) => (removed ? t`Removed ${file}: ${reason}.` : t`There is no lock: nothing waits for it.`);

/** A button where something waits for FlexGet's lock; false where nothing does, or for a user who may not remove it. */
export function unlockButton(can, waitingFor) {
  if (!can.steer || !/lock/i.test(waitingFor ?? "")) return false;
  const title = t`Remove FlexGet's lock, if nobody holds it`;
  return h("button", { class: "button small", title, onclick: () => post(at("/api/server/unlock"), unlocked) }, t`Unlock`);
}

const reloading = () => t`FlexGet is being loaded again; what runs goes on.`;

/** A button that has FlexGet and its plugins loaded again; false for a user who may not. */
export function reloadButton(can) {
  const title = t`Load FlexGet and its plugins again; what runs goes on`;
  return can.steer && h("button", { class: "button small", title, onclick: () => post(at("/api/server/reload"), reloading) }, t`Reload FlexGet`);
}
