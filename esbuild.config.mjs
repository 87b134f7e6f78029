// Builds the pages into build/pages: the widget, its sample page and the desk.
import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const OUT = "build/pages";
const WEB = "connectors/channels/web/page";
const DESK = "connectors/desk/page";
const WIDGET_LIMIT_BYTES = 20 * 1024;

// The widget carries its style sheet as text and adopts it in its shadow root: a strict
// Content-Security-Policy of the host page then has nothing to refuse.
const styleSheetAsText = {
  name: "style-sheet-as-text",
  setup(pluginBuild) {
    pluginBuild.onLoad({ filter: /widget\.css$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await transform(source, { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });

const shared = {
  bundle: true,
  minify: true,
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

await Promise.all([
  build({
    ...shared,
    entryPoints: { widget: `${WEB}/widget/main.tsx` },
    outdir: OUT,
    format: "iife",
    plugins: [styleSheetAsText],
  }),
  build({
    ...shared,
    entryPoints: { sample: `${WEB}/sample/sample.ts` },
    outdir: OUT,
    format: "esm",
  }),
  build({
    ...shared,
    entryPoints: { desk: `${DESK}/main.tsx` },
    outdir: OUT,
    format: "esm",
  }),
  build({
    ...shared,
    entryPoints: { ledger: `${DESK}/ledger/main.tsx` },
    outdir: OUT,
    format: "esm",
  }),
  build({
    ...shared,
    entryPoints: {
      sample: `${WEB}/sample/sample.css`,
      desk: `${DESK}/desk.css`,
      ledger: `${DESK}/ledger/ledger.css`,
    },
    outdir: OUT,
  }),
  cp(`${WEB}/sample/index.html`, `${OUT}/index.html`),
  cp(`${DESK}/index.html`, `${OUT}/desk.html`),
  cp(`${DESK}/ledger/index.html`, `${OUT}/ledger.html`),
]);

const BUILT = ["widget.js", "sample.js", "sample.css", "desk.js", "desk.css"];
for (const name of [...BUILT, "ledger.js", "ledger.css"]) {
  const content = await readFile(`${OUT}/${name}`);
  const zipped = gzipSync(content).length;
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
  console.log(`${name.padEnd(12)} ${kilobytes(content.length)}, ${kilobytes(zipped)} gzip`);
  if (name === "widget.js" && zipped >= WIDGET_LIMIT_BYTES) {
    console.error(`widget.js must stay under ${kilobytes(WIDGET_LIMIT_BYTES)} gzip`);
    process.exitCode = 1;
  }
}
