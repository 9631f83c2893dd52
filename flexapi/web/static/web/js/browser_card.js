/** Whether this browser says what goes wrong: while a page is open, and by push while none is. */

import { canNotify, isWanted, want } from "./alarm.js";
import { byId, h, toast } from "./dom.js";
import { t } from "./gettext.js";
import { canPush, subscribe, subscription, unsubscribe } from "./push.js";

function said(pushed) {
  if (!canNotify) return t`Over plain HTTP browsers show no notifications; the tab's title and icon show what is wrong. Put a proxy with HTTPS in front to have them.`;
  if (Notification.permission === "denied") return t`You told the browser not to show notifications of this site; its settings have a switch.`;
  if (pushed) return t`This browser is told also while no page of FlexAPI is open. It is one of the channels.`;
  if (isWanted()) return t`While a page of FlexAPI is open, also in the background, this browser says what goes wrong.`;
  return t`While a page of FlexAPI is open, this browser can say what goes wrong.`;
}

/** Fill the card. `url` is that of channels, `can` what the user may do with them; `changed()` is called where there is another channel. */
export async function showBrowserCard(url, can, changed) {
  const possible = canNotify && Notification.permission !== "denied";
  const pushed = await subscription().catch(() => null);
  const wanted = isWanted();
  const again = () => showBrowserCard(url, can, changed);
  const turn = async () => {
    await want(!wanted);
    again();
  };
  const turnPush = async ({ currentTarget: button }) => {
    button.disabled = true;
    try {
      if (pushed) await unsubscribe(pushed, url, can.removeChannels);
      else await subscribe(url);
    } catch (error) {
      toast(t`The browser could not be subscribed: ${error.message}`, "failed");
    }
    again();
    changed();
  };
  const button = (text, onclick) => h("button", { class: "button", type: "button", onclick }, text);
  byId("browser").replaceChildren(
    h("p", {}, said(pushed)),
    ...(possible ? [button(wanted ? t`Stop` : t`Notify me here`, turn)] : []),
    ...(possible && canPush && (pushed || can.addChannels) ? [button(pushed ? t`Stop pushing` : t`Push to this browser`, turnPush)] : []),
  );
}
