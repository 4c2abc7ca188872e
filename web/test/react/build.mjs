// node test/react/build.mjs FOLDER MODE: the widget's module as site owners get it, and a page of theirs that bundles it with React from npm.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildModule } from "../../widget/build.mjs";

const [folder, mode] = process.argv.slice(2);
const module = join(folder, "bellhop-react.js");
await buildModule(module);
await build({
  absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
  entryPoints: ["test/react/page.tsx"],
  outfile: join(folder, "page.js"),
  bundle: true,
  format: "esm",
  jsx: "automatic",
  alias: { "bellhop-react": module },
  nodePaths: [fileURLToPath(new URL("../../node_modules", import.meta.url))],
  define: { "process.env.NODE_ENV": JSON.stringify(mode) },
  // The types map `react` to Preact; here React itself is meant.
  tsconfigRaw: { compilerOptions: { jsx: "react-jsx" } },
});
