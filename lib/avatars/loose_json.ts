/** JSON as people edit it by hand: with comments, a comma too many, a byte order mark. */
import * as jsonc from "jsonc-parser";

/** What a file says; undefined when it is no JSON, however kindly it is read. */
export function parseLoosely(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    return parseComments(text);
  }
}

function parseComments(text: string): unknown {
  const errors: jsonc.ParseError[] = [];
  try {
    const value: unknown = jsonc.parse(text, errors, { allowTrailingComma: true });
    return errors.length === 0 ? value : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // Nested far too deep to be anybody's model.
    throw error;
  }
}

/** Whether every parser reads it, also the strictest. */
export function isStrict(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false; // That is the question asked.
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function encodeJson(document: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(document, null, 2));
}
