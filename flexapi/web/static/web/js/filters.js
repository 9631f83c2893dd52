/** Filters of a list: the fields of a form, which stand in the page's address, and act at once. */

const TYPING = 250;

export class Filters {
  /** Begins with what the address says; `changed()` is called a moment after a change. */
  constructor(form, changed) {
    this.form = form;
    const asked = new URLSearchParams(location.search);
    for (const field of form.elements) {
      if (field.name && asked.has(field.name)) field.value = asked.get(field.name);
    }
    form.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(changed, TYPING);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      changed();
    });
  }

  /** Those that are set, as `[name, value]`. */
  get set() {
    return [...new FormData(this.form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
  }

  /** Those as the API takes them: a moment of the browser's clock with its zone. */
  get asked() {
    return this.set.map(([name, value]) => [name, this.form.elements[name].type === "datetime-local" ? new Date(value).toISOString() : value]);
  }

  clear() {
    for (const field of this.form.elements) if (field.name) field.value = "";
  }

  /** Put them into the page's address, with `more` parameters. */
  write(more = {}) {
    const query = new URLSearchParams([...this.set, ...Object.entries(more)]).toString();
    history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}${location.hash}`);
  }
}
