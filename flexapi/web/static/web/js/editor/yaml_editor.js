/**
 * `<yaml-editor>`: CodeMirror in a shadow root, where its styles need no exception from the page's Content-Security-Policy.
 *
 * `value` is the text; "change" is fired when it was edited.
 */

import {
  bracketMatching, closeBrackets, closeBracketsKeymap, completionKeymap, defaultKeymap, drawSelection, EditorState,
  EditorView, foldGutter, foldKeymap, HighlightStyle, highlightActiveLine, highlightActiveLineGutter, highlightSelectionMatches,
  highlightSpecialChars, history, historyKeymap, indentService, indentUnit, indentWithTab, keymap, lineNumbers, lintGutter,
  lintKeymap, MergeView, search, searchKeymap, setDiagnostics, syntaxHighlighting, tags, unifiedMergeView, yaml,
} from "./codemirror.js";
import { t } from "../gettext.js";
import { indentAfter } from "./place.js";

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.content], color: "var(--text)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.labelName, tags.typeName, tags.meta], color: "var(--code-mark)" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--text-quiet)" },
]);

const THEME = EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--text)", direction: "ltr", fontSize: "14px", height: "100%" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)", padding: "6px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--code-selected)" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--text-quiet)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--code-line)" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)" },
  ".cm-tooltip": { maxWidth: "min(480px, 90vw)" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "inherit", opacity: "0.85", marginLeft: "10px" },
  ".cm-tooltip > .help, .cm-completionInfo": { padding: "4px 8px", font: "13px/1.45 var(--font)", whiteSpace: "pre-line" },
  ".help p": { margin: "4px 0" },
  ".help a": { color: "var(--accent)" },
  ".help .warns": { color: "var(--failed)" },
  ".cm-panel input, .cm-panel button": { font: "13px var(--font)" },
  ".cm-changedLine, .cm-insertedLine": { backgroundColor: "var(--complete-soft) !important" },
  ".cm-deletedChunk, .cm-deletedLine": { backgroundColor: "var(--failed-soft) !important" },
  ".cm-changedText, .cm-deletedText": { background: "none !important" },
  ".cm-changedLine .cm-changedText:not(:only-child), .cm-deletedText:not(:only-child)": { textDecoration: "underline" },
  ".cm-collapsedLines": { background: "var(--raised)", color: "var(--text-quiet)", font: "13px var(--font)" },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: "'' !important" },
});

/** What a text ends its lines with, which stays. */
const separatorOf = (text) => (text.includes("\r\n") ? "\r\n" : "\n");

/** The indentation that a file has already; two spaces where it has none. */
function unitOf(text) {
  const first = /^( +)[^\s#-]/m.exec(text);
  return first && first[1].length <= 8 ? first[1] : "  ";
}

const LOOK = [yaml(), syntaxHighlighting(COLOURS), THEME, highlightSpecialChars(), EditorView.lineWrapping, lineNumbers()];

/** A new line stands under the one above it, or one step to the right where that opens something. */
const INDENT = indentService.of(({ state, unit }, position) => {
  const line = state.doc.lineAt(position);
  for (let number = line.number - (line.from === position || !line.text.trim() ? 1 : 0); number > 0; number--) {
    const { text } = state.doc.line(number);
    if (text.trim()) return indentAfter(text.trimEnd(), unit);
  }
  return 0;
});

/** What it is called, and that the keyboard reaches it also where it is only read. */
const named = (label) => EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" });

const EDITING = [
  foldGutter(), lintGutter(), history(), drawSelection(), INDENT, bracketMatching(), closeBrackets(), highlightActiveLine(),
  highlightActiveLineGutter(), highlightSelectionMatches(), search({ top: true }),
];

const KEYS = [
  ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap,
  // Escape, then Tab leaves the editor.
  indentWithTab,
];

class YamlEditor extends HTMLElement {
  #view = null;
  #quiet = false;

  /** Show a text. `extensions` are CodeMirror's. */
  open(text, { extensions = [], label, readOnly = false }) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.#view?.destroy();
    const changed = EditorView.updateListener.of((update) => {
      if (update.docChanged && !this.#quiet) this.dispatchEvent(new Event("change"));
    });
    const unit = unitOf(text);
    const state = EditorState.create({
      doc: text,
      extensions: [
        EditorState.lineSeparator.of(separatorOf(text)), LOOK, readOnly ? EditorState.readOnly.of(true) : EDITING, keymap.of(KEYS),
        indentUnit.of(unit), named(label), changed, extensions,
      ],
    });
    this.#view = new EditorView({ state, parent: root, root });
  }

  get value() {
    const { doc, lineBreak } = this.#view.state;
    return doc.sliceString(0, doc.length, lineBreak);
  }

  /** Replace the text; it can be undone. */
  replace(text) {
    const { state } = this.#view;
    this.#view.dispatch({ changes: { from: 0, to: state.doc.length, insert: state.toText(text) } });
  }

  /** Underline faults: `[{line, column, message, severity}]`; lines and columns count from 1. */
  mark(faults) {
    const { doc } = this.#view.state;
    const marks = faults.map(({ line, column, message, severity }) => {
      const at = doc.line(Math.min(Math.max(line ?? 1, 1), doc.lines));
      const from = Math.min(at.from + Math.max((column ?? 1) - 1, 0), at.to);
      const word = /^[^\s:#]+/.exec(at.text.slice(from - at.from));
      return { from, to: from + (word?.[0].length ?? 0), severity, message };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, marks));
  }

  /** Go to a line and column, which count from 1. */
  jump(line, column = 1) {
    const { doc } = this.#view.state;
    const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const anchor = Math.min(at.from + column - 1, at.to);
    this.#view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
    this.#view.focus();
  }

  focus() {
    this.#view.focus();
  }
}
customElements.define("yaml-editor", YamlEditor);

/** `<yaml-difference>`: what a text has become, in one column; unchanged parts are folded. */
class YamlDifference extends HTMLElement {
  show(before, after) {
    const root = this.attachShadow({ mode: "open" });
    const extensions = [
      LOOK, EditorState.readOnly.of(true), named(t`Difference`),
      unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: { margin: 3 }, gutter: true }),
    ];
    new EditorView({ state: EditorState.create({ doc: after, extensions }), parent: root, root });
  }
}
customElements.define("yaml-difference", YamlDifference);

/** `<yaml-merge>`: theirs beside ours, which is edited. */
class YamlMerge extends HTMLElement {
  #view = null;
  #separator = "\n";

  show(theirs, ours) {
    this.#separator = separatorOf(ours);
    const root = this.attachShadow({ mode: "open" });
    this.#view = new MergeView({
      a: { doc: theirs, extensions: [LOOK, EditorState.readOnly.of(true), named(t`What is saved now`)] },
      b: { doc: ours, extensions: [LOOK, EDITING, keymap.of(KEYS), named(t`What you will save`)] },
      parent: root,
      root,
      revertControls: "a-to-b",
      collapseUnchanged: { margin: 3 },
    });
  }

  get value() {
    const { doc } = this.#view.b.state;
    return doc.sliceString(0, doc.length, this.#separator);
  }
}
customElements.define("yaml-merge", YamlMerge);

