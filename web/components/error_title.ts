import type { Words } from "@/lib/i18n/types/page.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** What kind of failure it is, in a few words, with the name of the provider whose it is. */
export function errorTitle({ code, server }: TurnError, words: Words): string {
  return words.errors(server ?? words.anyServer)[code];
}
