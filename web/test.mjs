// Bundles the tests (node cannot read TypeScript by itself in every version we support) and runs them with node's own runner.
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = await mkdtemp(join(tmpdir(), "bellhop-web-"));
const tests = (await readdir(join(here, "test"))).filter((each) => each.endsWith(".test.ts"));
await build({
  absWorkingDir: here,
  entryPoints: tests.map((each) => `test/${each}`),
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  sourcemap: "inline",
});
const made = tests.map((each) => join(out, each.replace(/ts$/, "mjs")));
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...made], { stdio: "inherit" });
await rm(out, { recursive: true });
process.exit(status ?? 1);
