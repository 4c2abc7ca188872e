declare module "*.css";
declare module "element-plus/es/locale/lang/*" {
  import type { Language } from "element-plus/es/locale";
  const language: Language;
  export default language;
}
