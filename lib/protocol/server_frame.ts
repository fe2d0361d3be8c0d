/** Reads the server's frames of `vtuber.v2`. */
import { parseAppConfig } from "./app_config.ts";
import { ERROR_CODES, type ErrorCode } from "./codes.ts";
import { Fields } from "./fields.ts";
import { parseHearingServerFrame } from "./hearing.ts";
import type { TurnImage } from "./images.ts";
import { MOUTH_SHAPES, type Viseme, type VoiceManner } from "./speech.ts";
import type { CharacterInfo, EndReason, ServerFrame, Status, TurnError, TurnRecord } from "./v2.ts";

/** How the frame is called in errors. */
const FRAME = "the server's frame";

const STATES = ["queued", "streaming", "done", "failed"] as const satisfies readonly TurnRecord["state"][];

/**
 * Reads one frame. A type this page does not know gives `null`: a newer server may say more than an older page
 * understands. In what may grow, such as error codes, an unknown value becomes the nearest known one.
 *
 * @throws {SyntaxError} naming the field, when the frame is not JSON or a known type lacks a field
 */
export function parseServerFrame(data: unknown): ServerFrame | null {
  const fields = Fields.parse(data, FRAME);
  const type = fields.text("type");
  switch (type) {
    case "welcome":
      return {
        type,
        session: fields.text("session"),
        // A server without guests says nothing of it.
        role: fields.get("role") === "guest" ? "guest" : "owner",
        seq: fields.number("seq"),
        resumed: fields.get("resumed") === true,
        history: fields.list("history").map((turn) => turnRecordOf(new Fields(turn, `${FRAME}: a turn of history`))),
        status: statusOf(fields.object("status")),
        ...characterOf(fields),
      };
    case "queued":
      return { type, ...placeOf(fields), text: fields.text("text"), ...greetingOf(fields), ...imagesOf(fields) };
    case "start":
      return {
        type,
        ...placeOf(fields),
        provider: fields.text("provider"),
        model: fields.text("model"),
        ...standsInOf(fields),
        ...(fields.get("unseen") === true && { unseen: true }),
      };
    case "chunk":
    case "thinking":
      return { type, ...placeOf(fields), data: fields.text("data") };
    case "emotion":
      return {
        type,
        ...placeOf(fields),
        name: fields.text("name"),
        intensity: fields.number("intensity"),
        at: fields.number("at"),
      };
    case "sentence":
      return {
        type,
        ...placeOf(fields),
        index: fields.number("index"),
        from: fields.number("from"),
        to: fields.number("to"),
        say: fields.text("say"),
        language: fields.text("language"),
      };
    case "speech": {
      const url = fields.optional("url", (f) => f.text("url"));
      const ms = fields.optional("ms", (f) => f.number("ms"));
      const visemes = fields.optional("visemes", (f) => f.list("visemes").map(visemeOf));
      return {
        type,
        ...placeOf(fields),
        index: fields.number("index"),
        engine: fields.text("engine"),
        ...mannerOf(fields),
        ...(url !== undefined && { url }),
        ...(ms !== undefined && { ms }),
        ...(visemes !== undefined && { visemes }),
      };
    }
    case "heard":
      return { type, ...placeOf(fields), heard: fields.number("heard") };
    case "end":
      return { type, ...placeOf(fields), reason: reasonOf(fields) };
    case "error": {
      const turn = fields.optional("turn", (f) => f.text("turn"));
      const seq = fields.optional("seq", (f) => f.number("seq"));
      const stream = fields.optional("stream", (f) => f.number("stream"));
      return {
        type,
        ...(turn !== undefined && { turn }),
        ...(seq !== undefined && { seq }),
        ...(stream !== undefined && { stream }),
        ...errorOf(fields),
      };
    }
    case "recovered":
      return { type, code: codeOf(fields) };
    case "status":
      return { type, ...statusOf(fields) };
    case "character":
      return { type, ...characterOf(fields) };
    case "ping":
      return { type };
    // What a call gives is for the caller to read.
    case "result":
    case "progress":
      return { type, id: fields.text("id"), value: fields.get("value") };
    case "refused":
      return { type, id: fields.text("id"), ...errorOf(fields) };
    case "avatar":
      return { type, config: parseAppConfig(fields.get("config")) };
    default:
      return parseHearingServerFrame(fields) ?? null;
  }
}

function visemeOf(value: unknown): Viseme {
  const fields = new Fields(value, `${FRAME}: a viseme`);
  return { at: fields.number("at"), shape: fields.oneOf("shape", MOUTH_SHAPES), strength: fields.number("strength") };
}

function placeOf(fields: Fields): { turn: string; seq: number } {
  return { turn: fields.text("turn"), seq: fields.number("seq") };
}

function mannerOf(fields: Fields): Partial<VoiceManner> {
  const voice = fields.optional("voice", (f) => f.text("voice"));
  const rate = fields.optional("rate", (f) => f.number("rate"));
  const pitch = fields.optional("pitch", (f) => f.number("pitch"));
  return {
    ...(voice !== undefined && { voice }),
    ...(rate !== undefined && { rate }),
    ...(pitch !== undefined && { pitch }),
  };
}

function turnRecordOf(fields: Fields): TurnRecord {
  const reason = fields.optional("reason", reasonOf);
  const error = fields.optional("error", (f) => errorOf(f.object("error")));
  const provider = fields.optional("provider", (f) => f.text("provider"));
  const model = fields.optional("model", (f) => f.text("model"));
  const heard = fields.optional("heard", (f) => f.number("heard"));
  return {
    turn: fields.text("turn"),
    prompt: fields.text("prompt"),
    ...greetingOf(fields),
    ...imagesOf(fields),
    text: fields.text("text"),
    thinking: fields.text("thinking"),
    state: fields.oneOf("state", STATES),
    ...(reason !== undefined && { reason }),
    ...(error !== undefined && { error }),
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
    ...standsInOf(fields),
    ...(heard !== undefined && { heard }),
  };
}

function statusOf(fields: Fields): Status {
  const version = fields.optional("version", (f) => f.text("version"));
  const present = fields.get("modelPresent");
  const vision = fields.get("vision");
  const standIn = fields.optional("standIn", (f) => f.object("standIn"));
  return {
    provider: fields.text("provider"),
    server: fields.text("server"),
    model: fields.text("model"),
    modelPresent: typeof present === "boolean" ? present : null,
    host: fields.text("host"),
    reachable: fields.get("reachable") === true,
    ...(version !== undefined && { version }),
    away: fields.get("away") === true,
    ...(typeof vision === "boolean" && { vision }),
    ...(standIn && { standIn: { server: standIn.text("server"), model: standIn.text("model") } }),
  };
}

function standsInOf(fields: Fields): { standsIn?: string } {
  const standsIn = fields.optional("standsIn", (f) => f.text("standsIn"));
  return standsIn === undefined ? {} : { standsIn };
}

function characterOf(fields: Fields): { character?: CharacterInfo } {
  const character = fields.optional("character", (f) => f.object("character"));
  if (character === undefined) return {};
  const picture = character.optional("picture", (f) => f.text("picture"));
  const otherGreetings = character.optional("otherGreetings", (f) => f.list("otherGreetings").map(String));
  return {
    character: {
      name: character.text("name"),
      ...greetingOf(character),
      ...(otherGreetings !== undefined && { otherGreetings }),
      ...(picture !== undefined && { picture }),
    },
  };
}

function greetingOf(fields: Fields): { greeting?: string } {
  const greeting = fields.optional("greeting", (f) => f.text("greeting"));
  return greeting === undefined ? {} : { greeting };
}

function imagesOf(fields: Fields): { images?: TurnImage[] } {
  const images = fields.optional("images", (f) => f.list("images").map(imageOf));
  return images === undefined ? {} : { images };
}

function imageOf(value: unknown): TurnImage {
  const fields = new Fields(value, `${FRAME}: an image`);
  const name = fields.optional("name", (f) => f.text("name"));
  return {
    id: fields.text("id"),
    width: fields.number("width"),
    height: fields.number("height"),
    ...(name !== undefined && { name }),
    ...(fields.get("unseen") === true && { unseen: true }),
  };
}

function codeOf(fields: Fields): ErrorCode {
  return ERROR_CODES.find((known) => known === fields.get("code")) ?? "internal";
}

function errorOf(fields: Fields): TurnError {
  const hint = fields.optional("hint", (f) => f.text("hint"));
  const server = fields.optional("server", (f) => f.text("server"));
  const retryAfter = fields.optional("retryAfter", (f) => f.number("retryAfter"));
  return {
    code: codeOf(fields),
    message: fields.text("message"),
    ...(hint !== undefined && { hint }),
    ...(server !== undefined && { server }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

function reasonOf(fields: Fields): EndReason {
  const reason = fields.get("reason");
  // A reason of a newer server still ends the turn.
  return reason === "length" || reason === "cancelled" ? reason : "stop";
}
