// Styles are bundled by the build; a page imports its own.
declare module "*.css";
