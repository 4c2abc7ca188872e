// Styles are bundled by the build; a page imports its own, and the widget's build gives them as text.
declare module "*.css" {
  const text: string;
  export default text;
}
