/* Makes static/web/js/editor/codemirror.js of the versions that package-lock.json names. */
import {build} from "esbuild";

await build({
  entryPoints: ["codemirror.js"],
  outfile: process.argv[2] ?? "../static/web/js/editor/codemirror.js",
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "inline",
  banner: {js: "/* Made by `make bundle` of flexapi/web/bundle; CodeMirror, Lezer and node-diff3, MIT licence. */"},
});
