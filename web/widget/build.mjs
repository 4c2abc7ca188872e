// Builds the widget: one script for site owners, and an ES module for React pages that brings no framework of its own.
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const web = fileURLToPath(new URL("..", import.meta.url));
const REACT = ["react", "react-dom", "react-dom/client", "react/jsx-runtime"];

/** Style sheets come as text: the widget constructs them. */
const styleAsText = {
  name: "style as text",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: "es2022" });
      return { contents: code, loader: "text" };
    });
  },
};

const shared = {
  absWorkingDir: web,
  bundle: true,
  minify: true,
  target: ["es2022"],
  charset: "utf8",
  jsx: "automatic",
  plugins: [styleAsText],
};

export async function buildScript(dist) {
  const name = "widget.js";
  await build({
    ...shared,
    entryPoints: ["widget/script.ts"],
    outfile: join(dist, name),
    format: "iife",
    alias: { react: "preact/compat", "react-dom": "preact/compat", "react-dom/client": "preact/compat/client", "react/jsx-runtime": "preact/jsx-runtime" },
  });
  return name;
}

export async function buildModule(outfile) {
  // The types map `react` to Preact; here the page's own React is meant.
  await build({ ...shared, entryPoints: ["widget/react.tsx"], outfile, format: "esm", external: REACT, tsconfigRaw: { compilerOptions: { jsx: "react-jsx" } } });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildModule(join(web, "widget/dist/bellhop-react.js"));
