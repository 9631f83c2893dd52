/** Text areas of the admin marked data-editor="yaml" become editors; the form sends the text area's value. */

import "./yaml_editor.js";

for (const area of document.querySelectorAll('textarea[data-editor="yaml"]')) {
  const editor = document.createElement("yaml-editor");
  area.after(editor);
  area.hidden = true;
  editor.open(area.value, { label: "YAML", readOnly: area.readOnly });
  editor.addEventListener("change", () => {
    area.value = editor.value;
  });
}
