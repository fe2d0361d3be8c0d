import type { ClientFrame } from "./v2.ts";

/** Longest id a client may make up, in characters: long enough for any UUID with a prefix. */
const MAX_ID = 64;

/**
 * Reads one frame of a `vtuber.v2` client.
 *
 * @throws {SyntaxError} naming the field, when the frame is not what the protocol says
 */
export function parseClientFrame(data: unknown): ClientFrame {
  if (typeof data !== "string") throw new SyntaxError("Cannot read a binary frame: vtuber.v2 speaks JSON text");
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    throw new SyntaxError("Cannot read the frame as JSON", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError("Cannot read the frame: it must be a JSON object with a type");
  }
  return frameOf(value as Record<string, unknown>);
}

function frameOf(fields: Record<string, unknown>): ClientFrame {
  const { type } = fields;
  switch (type) {
    case "hello": {
      const session = optional(fields, "session", idOf);
      const after = optional(fields, "after", countOf);
      return { type, ...(session !== undefined && { session }), ...(after !== undefined && { after }) };
    }
    case "prompt": {
      const greeting = optional(fields, "greeting", countOf);
      return {
        type,
        turn: idOf(fields, "turn"),
        text: textOf(fields, "text"),
        ...(greeting !== undefined && { greeting }),
      };
    }
    case "stop":
      return { type, turn: idOf(fields, "turn") };
    case "reset":
      return { type };
    case "call":
      return { type, id: idOf(fields, "id"), method: textOf(fields, "method"), params: fields.params };
    case "cancel":
      return { type, id: idOf(fields, "id") };
    default:
      throw new SyntaxError(`Cannot read the frame: type is ${JSON.stringify(type)}, it must be a frame of vtuber.v2`);
  }
}

type Fields = Record<string, unknown>;

function optional<T>(fields: Fields, name: string, parse: (fields: Fields, name: string) => T): T | undefined {
  return fields[name] === undefined ? undefined : parse(fields, name);
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw new SyntaxError(`Cannot read the frame: ${name} must be a string`);
  return value;
}

function idOf(fields: Fields, name: string): string {
  const id = textOf(fields, name);
  if (id === "" || id.length > MAX_ID) {
    throw new SyntaxError(`Cannot read the frame: ${name} must have 1 to ${MAX_ID} characters, it has ${id.length}`);
  }
  return id;
}

function countOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new SyntaxError(`Cannot read the frame: ${name} must be a whole number from 0`);
  }
  return value;
}
