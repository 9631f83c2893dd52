/** What the dialogs' forms share. */

/** Put the faults that the API found beside their options (`{name, element, fault}`), the rest into `general`. */
export function showFaults(error, options, general) {
  const left = [];
  for (const { attr, detail } of error.errors ?? [{ attr: null, detail: error.message }]) {
    const at = options.find(({ name }) => attr === name || attr?.startsWith(`${name}.`));
    if (at) {
      at.fault.textContent = detail;
      at.fault.hidden = false;
      at.element.closest("details")?.setAttribute("open", "");
    } else left.push(detail);
  }
  general.textContent = left.join(" ");
  general.hidden = !left.length;
}
