/** Names for what users bring, which become names of files and fields. */
import { cut } from "@/lib/text.ts";

/** Not a file's name on Windows, whatever follows the dot. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;
/** Bytes of a name in UTF-8: file systems take 255, some of them for an ending. */
const MOST_BYTES = 120;

const encoder = new TextEncoder();

/** A name that every file system takes, as near to `text` as can be; `fallback` where nothing is left of it. */
export function safeName(text: string, fallback: string): string {
  const clean = text.normalize("NFC")
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, " ").replace(/\s+/g, " ").replace(/^[. _]+/, "");
  const name = cut(clean, MOST_BYTES, (grapheme) => encoder.encode(grapheme).length).replace(/[. ]+$/, "");
  return name === "" || RESERVED.test(name) ? fallback : name;
}

/** `name`, or with a number behind it where that is taken; capital letters make no difference. */
export function freeName(name: string, taken: readonly string[]): string {
  const lower = new Set(taken.map((one) => one.toLowerCase()));
  let free = name;
  for (let number = 2; lower.has(free.toLowerCase()); number++) free = `${name} ${number}`;
  return free;
}
