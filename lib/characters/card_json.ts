/** JSON as people and their programs make it: commas too many, comments, other encodings, cut off in the middle. */
import { parse, printParseErrorCode, visit } from "jsonc-parser";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

const { cardTextLength, cardValues } = UPLOAD_LIMITS;
const BEGINS_VALUE = new Set([..."{[,"].map((sign) => sign.charCodeAt(0)));
const TOLERANT = { allowTrailingComma: true, allowEmptyContent: false };
/** Mistakes that are passed over; text that is no JSON at all has one for every word. */
const MOST_MISTAKES = 20;

export interface LooseJson {
  value: unknown;
  /** What was done to read it, a sentence each. */
  warnings: string[];
}

/**
 * Reads JSON with comments and commas too many, and what can be read of JSON that is damaged.
 *
 * @throws {Error} when it is no JSON
 */
export function parseLoosely(text: string): LooseJson {
  // Each of millions of values would take a hundred bytes.
  let values = 0;
  for (let i = 0; i < text.length; i++) if (BEGINS_VALUE.has(text.charCodeAt(i))) values++;
  if (values > cardValues) throw new Error(`it holds ${values} values, at most ${cardValues} are taken`);
  const clean = text.replace(/^\ufeff/, "").replace(/\0+$/, "").replace(FENCE, "$1");
  try {
    return { value: JSON.parse(clean), warnings: [] };
  } catch (cause) {
    if (!/^\s*(?:[[{"]|\/[/*])/.test(clean) || clean.length > cardTextLength) {
      throw new Error("what it holds is not JSON", { cause });
    }
    try {
      const warnings = ["Its texts have lines that JSON would write otherwise: they were taken as they are"];
      return { value: JSON.parse(withWrittenBreaks(clean)), warnings };
    } catch {
      // That was not all that is wrong with it.
      return parseDamaged(clean, cause);
    }
  }
}

/** A text as it is pasted from a chat: code between fences. */
const FENCE = /^\s*```\w*[ \t]*\n([^]*?)\n?```\s*$/;

/** Writes lines that somebody has broken within a text, by hand, as JSON has them; as long as every text has its end. */
function withWrittenBreaks(text: string): string {
  const ESCAPES: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return text.replace(/"[^"\\]*(?:\\[^][^"\\]*)*"/g, (string) => string.replace(/[\n\r\t]/g, (sign) => ESCAPES[sign]!));
}

function parseDamaged(text: string, cause: unknown): LooseJson {
  let mistakes = 0;
  let first = "";
  const stop = new Error("what it holds is not JSON, or too damaged", { cause });
  try {
    visit(text, {
      onError(code, at) {
        first ||= `${printParseErrorCode(code)} at ${at}`;
        if (++mistakes > MOST_MISTAKES) throw stop;
      },
    }, TOLERANT);
    const value: unknown = parse(text, [], TOLERANT);
    if (typeof value !== "object" || value === null) throw stop;
    if (mistakes === 0) return { value, warnings: [] };
    return { value, warnings: [`Its JSON is damaged (${first}): what could be read of it was taken`] };
  } catch (error) {
    // Objects thousands deep exhaust the stack.
    throw error === stop ? stop : new Error("what it holds is JSON too deep to be a card", { cause: error });
  }
}

/** Text in UTF-8 or UTF-16. */
export function decodeText(bytes: Uint8Array): { text: string; warnings: string[] } {
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  const broken = text.includes("\ufffd") && !isValid(bytes, encoding);
  return { text, warnings: broken ? ["Some of its characters are damaged: it is not written in UTF-8"] : [] };
}

/** As the first bytes say; or as they are, for a card begins with signs of ASCII. */
function encodingOf([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return "utf-16le";
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return "utf-16be";
  return "utf-8";
}

function isValid(bytes: Uint8Array, encoding: string): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false; // That is the answer.
  }
}

/**
 * The bytes of the JSON that a picture's text stands for: base64 in general, JSON itself or a list of its bytes in some.
 *
 * @param text one character a byte, but in UTF-8 texts
 * @throws {Error} when it is none of these
 */
export function unwrapText(text: string): Uint8Array {
  const start = text.trimStart();
  if (start.startsWith("{")) {
    // Either the bytes of UTF-8, or characters that have been read already.
    const bytes = bytesOf(text);
    return /[^\0-\xff]/.test(text) || !isValid(bytes, "utf-8") ? new TextEncoder().encode(text) : bytes;
  }
  if (/^\d{1,3},\d{1,3},/.test(start)) return Uint8Array.from(start.split(","), Number);
  const base64 = start.replace(/^data:[^,]*,/, "").replaceAll("-", "+").replaceAll("_", "/").replace(/[\s\0]+/g, "")
    .replace(/=.*$/, "");
  try {
    // A file that was cut off may end within four characters.
    return bytesOf(atob(base64.length % 4 === 1 ? base64.slice(0, -1) : base64));
  } catch (cause) {
    throw new Error("its character is not encoded as base64", { cause });
  }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
