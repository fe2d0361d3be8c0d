/**
 * Names in a zip. Only zips with the UTF-8 flag say what their names are written in; many tools in East Asia write the
 * machine's own encoding and say nothing. The model knows better: its entry file, always UTF-8, lists its files' names.
 */

/** What a zip from a Japanese, Chinese or Korean machine may be written in, and Unicode from tools that forget the flag. */
const ENCODINGS = ["utf-8", "shift_jis", "gb18030", "big5", "euc-kr"] as const;

/**
 * Decodes names that carry no UTF-8 flag.
 *
 * @param raw each name as its bytes
 * @param hint JSON that is likely to hold the names, such as the entry files of the zip
 * @returns the names, all in the one encoding that finds the most of them in `hint`; undefined when none can read them
 */
export function decodeNames(raw: readonly Uint8Array[], hint: string): string[] | undefined {
  // What stands between quotes and slashes: looking for thousands of names in a long text would take minutes.
  const wanted = new Set(hint.normalize("NFC").split(/["/\\]+/));
  let best: { names: string[]; score: number } | undefined;
  for (const encoding of ENCODINGS) {
    const names = decodeAll(raw, encoding);
    if (names === undefined) continue;
    const parts = new Set(names.flatMap((name) => name.split("/")).filter((part) => /[^ -~]/.test(part)));
    const score = [...parts].filter((part) => wanted.has(part.normalize("NFC"))).length;
    // The order of the list decides a tie, so Unicode wins where it can be read at all.
    if (best === undefined || score > best.score) best = { names, score };
  }
  return best?.names;
}

function decodeAll(raw: readonly Uint8Array[], encoding: string): string[] | undefined {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    return raw.map((bytes) => decoder.decode(bytes));
  } catch {
    return undefined; // Not this encoding: the next one is tried.
  }
}
