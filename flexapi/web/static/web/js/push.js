/** Web Push: this browser as a channel of notifications, which is told while no page is open. */

import { canNotify } from "./alarm.js";
import { api } from "./api.js";

export const canPush = canNotify && "PushManager" in window && "serviceWorker" in navigator;

const registration = () => navigator.serviceWorker.ready;

function bytesOf(base64) {
  const text = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** What people call this browser: "Firefox on Linux". */
function nameOf() {
  const [, name = "Browser"] = navigator.userAgent.match(/(Firefox|Edg|OPR|Chrome|Safari)\//) ?? [];
  const system = navigator.userAgentData?.platform ?? navigator.userAgent.match(/Android|iPhone|iPad|Windows|Mac|Linux/)?.[0];
  return [{ Edg: "Edge", OPR: "Opera" }[name] ?? name, system].filter(Boolean).join(" on ");
}

/** The subscription of this browser, null where there is none. */
export const subscription = async () => (canPush ? (await registration()).pushManager.getSubscription() : null);

/** Subscribe, and make a channel of it; answers the channel, null where the browser's user says no. */
export async function subscribe(url) {
  if ((await Notification.requestPermission()) !== "granted") return null;
  const { key } = (await api(`${url}/push_key`)).object;
  const manager = (await registration()).pushManager;
  const made = await manager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
  const name = `${nameOf()}, ${new Date().toISOString().slice(0, 16).replace("T", " ")}`;
  try {
    return (await api(url, { method: "POST", body: { name, type: "push", address: JSON.stringify(made) } })).object;
  } catch (error) {
    await made.unsubscribe();
    throw error;
  }
}

/** End a subscription, and delete its channel, if the user may. */
export async function unsubscribe(made, url, mayDelete) {
  const { items } = await api(`${url}?type=push&limit=500`);
  const own = items.find(({ address }) => address.includes(made.endpoint));
  await made.unsubscribe();
  if (own && mayDelete) await api(`${url}/${own.id}`, { method: "DELETE" });
}
