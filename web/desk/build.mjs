// Builds the desk into `dist`: flat, with names that carry a hash, one chunk a page.
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import element from "unplugin-element-plus/vite";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

const DARK = /prefers-color-scheme:\s*dark/;

/** The dark names hold where the system is dark, except where somebody chose light, and where they chose dark (see theme.ts). */
const themed = {
  postcssPlugin: "bellhop-theme",
  OnceExit(root) {
    root.walkAtRules("media", (media) => {
      if (!DARK.test(media.params)) return;
      media.walkRules(":root", (rule) => {
        media.after(rule.clone({ selector: ':root[data-theme="dark"]' }));
        rule.selector = ':root:not([data-theme="light"])';
      });
    });
  },
};

/** The names of the files that were written. */
export async function buildDesk(dist) {
  const { output } = await build({
    configFile: false,
    root: here,
    base: "/assets/",
    logLevel: "warn",
    // Styles come with each component of Element Plus that is used, and only with those.
    plugins: [vue(), element({})],
    define: {
      __VUE_OPTIONS_API__: "false",
      __VUE_I18N_LEGACY_API__: "false",
      __INTLIFY_PROD_DEVTOOLS__: "false",
    },
    css: { postcss: { plugins: [themed] } },
    build: {
      outDir: dist,
      emptyOutDir: false,
      target: "es2022",
      modulePreload: { polyfill: false },
      // Nothing inline: our Content-Security-Policy lets scripts and styles come from files only.
      assetsInlineLimit: 0,
      // ECharts, of which we take only what we draw with, is 536 kB; it is fetched with the first chart.
      chunkSizeWarningLimit: 600,
      rollupOptions: {
        input: { desk: fileURLToPath(new URL("desk.html", import.meta.url)) },
        output: { entryFileNames: "[name]-[hash].js", chunkFileNames: "[name]-[hash].js", assetFileNames: "[name]-[hash][extname]" },
      },
    },
  });
  return output.map((each) => each.fileName);
}
