// Builds the pages into api/static/dist. Names carry a hash of the content, so they may be cached for ever; the pages and widget.js may not.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildDesk } from "./desk/build.mjs";
import { buildScript } from "./widget/build.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "../api/static/dist");
const pages = { demo: ["demo", "index.html"] };

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { demo: "demo/main.ts", mark: "src/style/mark.svg" },
  entryNames: "[name]-[hash]",
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  charset: "utf8",
  loader: { ".svg": "copy" },
  metafile: true,
});

const made = Object.keys(metafile.outputs).map((each) => basename(each));
const named = (start, end) => made.find((each) => each.startsWith(`${start}-`) && each.endsWith(end));

for (const [app, [folder, page]] of Object.entries(pages)) {
  const template = await readFile(join(here, folder, "page.html"), "utf8");
  const html = template
    .replace("{script}", `/assets/${named(app, ".js")}`)
    .replace("{style}", `/assets/${named(app, ".css")}`)
    .replace("{mark}", `/assets/${named("mark", ".svg")}`);
  await writeFile(join(dist, page), html);
}

const wanted = new Set([...made, ...Object.values(pages).map(([, page]) => page), await buildScript(dist), ...(await buildDesk(dist))]);
for (const each of await readdir(dist)) if (!wanted.has(each)) await rm(join(dist, each), { recursive: true });
for (const [file, { bytes }] of Object.entries(metafile.outputs)) console.log(`${String(bytes).padStart(7)} ${basename(file)}`);
