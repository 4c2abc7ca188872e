// The login form.
import { BELL, fill, h, icon } from "../dom.ts";
import { t } from "../words.ts";
import { LoginFailed } from "./session.ts";

/** `notice` is said above the fields, `login` throws LoginFailed. */
export function loginForm(notice: string, login: (email: string, password: string) => Promise<void>, turn: () => void): HTMLElement {
  const email = h("input", { type: "email", name: "email", autocomplete: "username", required: true, autofocus: true, "data-testid": "email" });
  const password = h("input", { type: "password", name: "password", autocomplete: "current-password", required: true, "data-testid": "password" });
  const button = h("button", { type: "submit", class: "primary", "data-testid": "login" }, t("login"));
  const trouble = h("p", { class: "trouble", role: "alert" }, notice);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    button.disabled = true;
    fill(trouble);
    try {
      await login(email.value, password.value);
    } catch (error) {
      fill(trouble, t(error instanceof LoginFailed ? error.why : "login_failed"));
      password.select();
    }
    button.disabled = false;
  }

  return h(
    "main",
    { class: "door" },
    h(
      "form",
      { onsubmit: (event: Event) => void submit(event) },
      h("div", { class: "bell" }, icon(...BELL)),
      h("h1", {}, t("desk")),
      h("label", {}, t("email"), email),
      h("label", {}, t("password"), password),
      trouble,
      button,
      h("button", { type: "button", class: "quiet", "data-testid": "lang", "aria-label": t("language"), onclick: turn }, t("language_short")),
    ),
  );
}
