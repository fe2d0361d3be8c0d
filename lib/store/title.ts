/** What a conversation is called before anybody has given it a name. */
import { oneLine, shorten } from "@/lib/text.ts";

/** How long a title gets, in characters as a reader counts them. */
const LONGEST = 60;

/** The first line of a prompt, cut at the end of a word in any script where it is long. Never cuts a character. */
export function titleOf(prompt: string): string {
  return shorten(oneLine(prompt.trim().split(/[\r\n\u2028\u2029]/u, 1)[0]!), LONGEST);
}
