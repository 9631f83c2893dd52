/** What Swagger UI leaves out for who doesn't see it, or has no mouse: mended as it draws. */

const place = document.getElementById("swagger-ui");

// Where a name or a role belongs, unless there is one.
const NAMES = [
  [".information-container", { role: "region", "aria-label": "About the API" }],
  [".scheme-container", { role: "region", "aria-label": "Authorization" }],
  [".filter-container", { role: "search" }],
  [".operation-filter-input", { "aria-label": "Filter by tag" }],
  [".dialog-ux .modal-ux", { role: "dialog", "aria-modal": "true", "aria-label": "Authorization" }],
  // Examples and answers scroll, and so can be read by keys.
  [".microlight, .highlight-code pre, .curl-command pre, .model-box, .body-param__example", { tabindex: "0" }],
  [".body-param__text", { "aria-label": "Body" }],
  [".examples-select-element", { "aria-label": "Example" }],
  [".close-modal", { "aria-label": "Close" }],
];

/** Its headings begin at three, below none at two. */
function level(heading) {
  const wanted = String(Math.max(2, Number(heading.tagName[1]) - 1));
  if (heading.getAttribute("aria-level") !== wanted) heading.setAttribute("aria-level", wanted);
}

function mend() {
  for (const [selector, attributes] of NAMES) {
    for (const element of place.querySelectorAll(selector)) {
      for (const [name, value] of Object.entries(attributes)) if (!element.hasAttribute(name)) element.setAttribute(name, value);
    }
  }
  for (const row of place.querySelectorAll("tr[data-param-name]")) {
    for (const control of row.querySelectorAll("select, input, textarea")) control.setAttribute("aria-label", row.dataset.paramName);
  }
  for (const heading of place.querySelectorAll("h2, h3, h4, h5, h6")) level(heading);
  // A link within a button: the button opens what the link leads to, and notes it in the address.
  for (const link of place.querySelectorAll("button a[href]")) link.removeAttribute("href");
}

new MutationObserver(mend).observe(place, { childList: true, subtree: true, attributes: true, attributeFilter: ["href"] });
