/** Addresses in running text. In scripts that set no blanks, an address ends where the sentence goes on. */
import type { MarkdownIt } from "markdown-it";

/** An address up to what can never be part of one, as it is written among other words. */
const ADDRESS =
  /^\/\/[\p{L}\p{N}](?:[^\s<>"`{}|\\^\p{Cc}、。，．！？；：「」『』（）［］【】〈〉《》〔〕“”‘’…・〜～　])*/u;
/** A letter of a script without blanks, behind one with: `/docsを` goes on in Japanese, `/wiki/日本` does not. */
const GOES_ON = /(?<=[\w/])(?<![/=_.-])[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}]/u;
/** At the end, these belong to the sentence. */
const SENTENCE = /[.,;:!?*_~'"&]+$/u;
const PAIRS: Record<string, string> = { ")": "(", "]": "[" };

export function bareLinks(md: MarkdownIt): void {
  md.set({ linkify: true });
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  const validate = (text: string, at: number) => lengthOf(text.slice(at));
  for (const scheme of ["http:", "https:"]) md.linkify.add(scheme, { validate });
  for (const scheme of ["ftp:", "//", "mailto:"]) md.linkify.add(scheme, null);
  // An address is shown as it was written.
  md.normalizeLinkText = (url) => url;
  md.validateLink = (url) => /^(?:https?:\/\/|mailto:)/i.test(url.trim());
}

/** Length of the address that a text begins with, without its scheme; 0 where there is none. */
function lengthOf(text: string): number {
  let address = ADDRESS.exec(text)?.[0] ?? "";
  const path = address.indexOf("/", 2);
  // A name of a host may be of any script.
  const on = path < 0 ? -1 : address.slice(path).search(GOES_ON);
  if (on >= 0) address = address.slice(0, path + on);
  for (;;) {
    const shorter = address.replace(SENTENCE, "");
    const open = PAIRS[shorter.at(-1) ?? ""];
    const unpaired = open !== undefined && shorter.split(open).length < shorter.split(shorter.at(-1)!).length;
    const next = unpaired ? shorter.slice(0, -1) : shorter;
    if (next === address) return address.length;
    address = next;
  }
}
