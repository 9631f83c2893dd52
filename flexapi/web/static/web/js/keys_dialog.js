/** The keys that the pages know. */

import { h } from "./dom.js";
import { t } from "./gettext.js";
import { places } from "./places.js";

const keys = (...names) => h("dt", {}, names.map((name, index) => [index > 0 && " ", h("kbd", {}, name)]));

/** Show them. */
export function show() {
  const rows = [
    [keys("/"), t`Search everywhere; also Ctrl+K`],
    [keys("?"), t`These keys`],
    ...places().filter(({ key }) => key).map(({ name, key }) => [keys("g", key), name]),
  ];
  const dialog = h(
    "dialog",
    { class: "palette", "aria-labelledby": "keys-title", onclose: () => dialog.remove() },
    h("h2", { id: "keys-title" }, t`Keys`),
    h("dl", { tabindex: "0", "aria-label": t`Keys and what they do` }, rows.map(([key, what]) => [key, h("dd", {}, what)])),
    h("p", { class: "said" }, t`Escape closes this. The page Account switches keys of one letter off.`),
  );
  document.body.append(dialog);
  dialog.showModal();
}
