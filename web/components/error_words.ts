import type { Words } from "@/lib/i18n/types/page.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** What kind of failure it is, in a few words, with the name of the provider whose it is. */
export function errorTitle({ code, server }: TurnError, words: Words): string {
  return words.errors(server ?? words.anyServer)[code];
}

/** What exactly went wrong: in the server's words, but for what visitors meet who know nothing of the server. */
export function errorText({ code, message, retryAfter }: TurnError, words: Words): string {
  if (code !== "quota_used") return message;
  return retryAfter === undefined ? words.quota.conversations : words.quota.again(retryAfter);
}
