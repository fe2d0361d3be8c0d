/** Reads the frames of a `vtuber.v2` client. */
import { Fields } from "./fields.ts";
import { parseHearingClientFrame } from "./hearing.ts";
import { LONGEST_IMAGE_NAME, MOST_IMAGES, type NamedImage } from "./images.ts";
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
        ...imagesOf(fields),
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

function imagesOf(fields: Fields): { images?: NamedImage[] } {
  const listed = fields.optional("images", (f) => f.list("images")) ?? [];
  if (listed.length > MOST_IMAGES) {
    throw new SyntaxError(`Cannot read the frame: images has ${listed.length} entries, it may have ${MOST_IMAGES}`);
  }
  const images = listed.map((image) => {
    const one = new Fields(image, "the frame: images");
    const name = one.optional("name", (f) => f.text("name").slice(0, LONGEST_IMAGE_NAME));
    return { id: one.id("id"), ...(name !== undefined && { name }) };
  });
  return images.length === 0 ? {} : { images };
}
