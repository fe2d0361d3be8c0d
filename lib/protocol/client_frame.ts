/** Reads the frames of a `vtuber.v2` client. */
import { Fields } from "./fields.ts";
import { parseHearingClientFrame } from "./hearing.ts";
import type { ClientFrame } from "./v2.ts";

/**
 * Reads one frame.
 *
 * @throws {SyntaxError} naming the field, when the frame is not what the protocol says
 */
export function parseClientFrame(data: unknown): ClientFrame {
  const fields = Fields.parse(data, "the frame");
  const type = fields.get("type");
  switch (type) {
    case "hello": {
      const session = fields.optional("session", (f) => f.id("session"));
      const after = fields.optional("after", (f) => f.count("after"));
      return { type, ...(session !== undefined && { session }), ...(after !== undefined && { after }) };
    }
    case "prompt": {
      const greeting = fields.optional("greeting", (f) => f.count("greeting"));
      return {
        type,
        turn: fields.id("turn"),
        text: fields.text("text"),
        ...(greeting !== undefined && { greeting }),
      };
    }
    case "continue":
      return { type, turn: fields.id("turn") };
    case "stop": {
      const heard = fields.optional("heard", (f) => f.count("heard"));
      return { type, turn: fields.id("turn"), ...(heard !== undefined && { heard }) };
    }
    case "voice": {
      const speaks = fields.optional("speaks", (f) => f.list("speaks").map(String));
      return { type, on: fields.get("on") === true, ...(speaks !== undefined && { speaks }) };
    }
    case "played":
      return { type, turn: fields.id("turn"), index: fields.count("index") };
    case "reset":
      return { type };
    case "call":
      return { type, id: fields.id("id"), method: fields.text("method"), params: fields.get("params") };
    case "cancel":
      return { type, id: fields.id("id") };
    default: {
      const frame = parseHearingClientFrame(fields);
      if (frame !== undefined) return frame;
      throw new SyntaxError(`Cannot read the frame: type is ${JSON.stringify(type)}, it must be a frame of vtuber.v2`);
    }
  }
}
