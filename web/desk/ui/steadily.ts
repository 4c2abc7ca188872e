// Asks again and again while the page is looked at.
import { onBeforeUnmount, onMounted } from "vue";

export function useSteadily(ask: () => Promise<unknown>, ms: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gone = false;

  /** The next begins when this one is through: a slow server is not asked more often. */
  async function again(): Promise<void> {
    if (document.visibilityState === "visible") await ask();
    if (!gone) timer = setTimeout(again, ms);
  }

  onMounted(() => (timer = setTimeout(again, ms)));
  onBeforeUnmount(() => {
    gone = true;
    clearTimeout(timer);
  });
}
