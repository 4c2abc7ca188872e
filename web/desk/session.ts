// Who is logged in, for every component; and the way to ask the server with that person's token.
import { defineStore } from "pinia";
import { computed, markRaw, ref, shallowRef } from "vue";
import { Account } from "../src/session.ts";

export const useSession = defineStore("session", () => {
  // Private fields do not work through a reactive proxy.
  const account = markRaw(new Account(() => {
    current.value = null;
    expired.value = true;
  }));
  const current = shallowRef(account.session);
  /** The server ended it: the login form says so. */
  const expired = ref(false);

  async function login(email: string, password: string): Promise<void> {
    await account.login(email, password);
    expired.value = false;
    current.value = account.session;
  }

  async function logout(): Promise<void> {
    current.value = null;
    await account.logout();
  }

  return {
    account,
    expired,
    open: computed(() => current.value !== null),
    person: computed(() => current.value?.person ?? { id: "", name: "" }),
    admin: computed(() => current.value?.role === "admin"),
    login,
    logout,
  };
});
