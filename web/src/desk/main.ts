// The desk's page: the login form, or the three panes.
import "./desk.css";
import { fill } from "../dom.ts";
import { Outbox } from "../outbox.ts";
import { choose, language, t } from "../words.ts";
import { Desk } from "./desk.ts";
import { forgetDrafts } from "./drafts.ts";
import { loginForm } from "./login.ts";
import { Account } from "./session.ts";

const outbox = await Outbox.open();
const account = new Account(() => show(t("login_again")));
let desk: Desk | null = null;

function show(notice = ""): void {
  desk?.stop();
  desk = null;
  document.title = t("desk");
  const session = account.session;
  if (!session) return fill(document.body, loginForm(notice, enter, turn));
  desk = new Desk(account, outbox, session.person, { turn, leave: () => void leave() });
  fill(document.body, desk.element);
}

async function enter(email: string, password: string): Promise<void> {
  await account.login(email, password);
  show();
}

async function leave(): Promise<void> {
  const person = account.session?.person.id;
  if (person) outbox.forget(person);
  forgetDrafts();
  desk?.stop();
  await account.logout();
  show();
}

function turn(): void {
  choose(language === "zh" ? "en" : "zh");
  if (desk) desk.redraw();
  else show();
}

choose(language);
show();
