"use strict";

// Text areas marked data-editor="yaml" become code editors. The form sends the text area's value.
document.addEventListener("DOMContentLoaded", () => {
  for (const area of document.querySelectorAll('textarea[data-editor="yaml"]')) {
    const editor = CodeMirror.fromTextArea(area, {
      mode: "yaml",
      lineNumbers: true,
      indentUnit: 2,
      tabSize: 2,
      viewportMargin: Infinity,
      extraKeys: {
        // YAML knows no tabs.
        Tab: (cm) => cm.execCommand(cm.somethingSelected() ? "indentMore" : "insertSoftTab"),
        // Leaves the editor for those who move by keyboard.
        Esc: (cm) => cm.getInputField().blur(),
      },
    });
    editor.getInputField().setAttribute("aria-label", "YAML");
  }
});
