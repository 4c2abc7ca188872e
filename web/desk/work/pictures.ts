// One store of fetched files for the whole desk: a conversation that is opened again fetches nothing twice.
import { inject } from "vue";
import type { InjectionKey } from "vue";
import type { Pictures } from "../../src/pictures.ts";

export const PICTURES: InjectionKey<Pictures> = Symbol("pictures");

export function usePictures(): Pictures {
  const pictures = inject(PICTURES);
  if (!pictures) throw new Error("used outside of the shell");
  return pictures;
}
