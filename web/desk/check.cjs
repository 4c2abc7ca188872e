// Checks the types of the desk. vue-tsc works inside a TypeScript that is written in JavaScript; everything else is checked with the native one.
require("vue-tsc").run(require.resolve("typescript-js/lib/tsc"));
