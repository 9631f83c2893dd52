// Runs before the page is drawn: keeps what is pressed while the page's modules are on their way, and does it once they are there.
{
  const kept = new Map();

  // What a browser does by itself needs no script: links, <summary>, and forms that are posted.
  const pressed = ({ target }) => {
    const button = target.closest?.("button");
    return button && !(button.form && button.type === "submit") ? button : null;
  };
  const sent = ({ target }) => (target.method === "post" ? null : target);

  function keep(event) {
    const control = event.type === "submit" ? sent(event) : pressed(event);
    if (!control) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    kept.set(control, event.type);
    control.setAttribute("aria-busy", "true");
  }

  document.addEventListener("click", keep, true);
  document.addEventListener("submit", keep, true);
  // Modules have run by then.
  document.addEventListener("DOMContentLoaded", () => {
    document.removeEventListener("click", keep, true);
    document.removeEventListener("submit", keep, true);
    for (const [control, type] of kept) {
      control.removeAttribute("aria-busy");
      if (!control.isConnected) continue;
      if (type === "submit") control.requestSubmit();
      else control.click();
    }
  });
}
