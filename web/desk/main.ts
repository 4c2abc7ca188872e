// The desk's page: for agents their conversations, for admins everything else too.
import "./style/desk.css";
import { createPinia } from "pinia";
import { createApp } from "vue";
import App from "./App.vue";
import { i18n } from "./i18n.ts";
import { router } from "./router.ts";
import { showTheme } from "./theme.ts";

showTheme();

createApp(App).use(createPinia()).use(i18n).use(router).mount("#desk");
