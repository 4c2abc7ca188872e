// Which page is shown at which address. Without a login it is the login form, and then what was asked for.
import { createRouter, createWebHistory } from "vue-router";
import type { RouteRecordRaw } from "vue-router";
import { Outbox } from "../src/outbox.ts";
import type { Word } from "./i18n.ts";
import Shell from "./layout/Shell.vue";
import { pages } from "./pages.ts";
import Login from "./pages/Login.vue";
import { useSession } from "./session.ts";

declare module "vue-router" {
  interface RouteMeta {
    word?: Word;
    admin?: boolean;
  }
}

const HOME = "conversations";

const routes: RouteRecordRaw[] = [
  { path: "/login", name: "login", component: Login, meta: { word: "login" } },
  {
    path: "/",
    component: Shell,
    // Opened once: who logs out and in again writes to the same one.
    props: { outbox: await Outbox.open() },
    children: [
      { path: "", redirect: { name: HOME } },
      ...pages.map(({ path, more = "", word, admin, page }) => ({ path: path + more, name: path, component: page, meta: { word, admin } })),
    ],
  },
  { path: "/:rest(.*)*", redirect: { name: HOME } },
];

export const router = createRouter({ history: createWebHistory("/desk"), routes });

router.beforeEach((to) => {
  const session = useSession();
  if (to.name === "login") return session.open ? { path: "/" } : true;
  if (!session.open) return { name: "login", query: to.fullPath === "/" ? {} : { next: to.fullPath } };
  return !to.meta.admin || session.admin ? true : { name: HOME };
});

// After an update the chunks of this page are gone from the server: what was asked for is loaded anew, once.
router.onError((error, to) => {
  if (!/dynamically imported module|module script/i.test(String(error))) throw error;
  location.assign(router.resolve(to).href);
});
