/**
 * Text as PostgreSQL takes it. It stores neither a NUL nor half of a surrogate pair, which people and language models
 * do send: each such UTF-16 unit is stored as the code point of that number in the last plane of Unicode, and so are
 * the two units of whatever already stands in that plane. Nobody has characters there: it is for private use. What is a
 * part of a text stays a part of it.
 */

const LAST_PLANE = 0x10_0000;

/** @returns what {@linkcode decodeText} makes `text` of again */
export function encodeText(text: string): string {
  return text.replace(/[\0\p{Surrogate}\u{100000}-\u{10FFFF}]/gu, (character) => {
    const units = Array.from({ length: character.length }, (_, at) => LAST_PLANE + character.charCodeAt(at));
    return String.fromCodePoint(...units);
  });
}

export function decodeText(stored: string): string {
  return stored.replace(
    /[\u{100000}-\u{10FFFF}]/gu,
    (character) => String.fromCharCode(character.codePointAt(0)! - LAST_PLANE),
  );
}
