// Who is behind an id: ids are never shown. Those who are disabled have a name too.
import { shallowRef } from "vue";
import type { Ref } from "vue";
import type { Member } from "../../src/generated/rest.ts";
import { api } from "../api.ts";

/** Empty until they have come, and where they do not: names are an extra. */
export function usePeople(): { people: Ref<Member[]>; names: Ref<ReadonlyMap<string, string>> } {
  const people = shallowRef<Member[]>([]);
  const names = shallowRef<ReadonlyMap<string, string>>(new Map());
  void api("GET /api/people").then(
    (answer) => {
      people.value = answer.people;
      names.value = new Map(answer.people.map((each) => [each.id, each.name]));
    },
    () => undefined,
  );
  return { people, names };
}
