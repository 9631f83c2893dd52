/* What the pages take of CodeMirror 6, and the merging of three texts. */
export {autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion} from "@codemirror/autocomplete";
export {defaultKeymap, history, historyKeymap, indentWithTab} from "@codemirror/commands";
export {yaml} from "@codemirror/lang-yaml";
export {
  bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentService, indentUnit, syntaxHighlighting,
} from "@codemirror/language";
export {lintGutter, lintKeymap, openLintPanel, setDiagnostics} from "@codemirror/lint";
export {getChunks, MergeView, unifiedMergeView} from "@codemirror/merge";
export {highlightSelectionMatches, search, searchKeymap} from "@codemirror/search";
export {Compartment, EditorState} from "@codemirror/state";
export {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, hoverTooltip, keymap,
  lineNumbers,
} from "@codemirror/view";
export {tags} from "@lezer/highlight";
export {diff3Merge} from "node-diff3";
