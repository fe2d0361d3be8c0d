/** Reads the server's frames of `vtuber.v2`. What comes over the wire stays `unknown` until it has passed here. */
import type { AppConfig } from "./app_config.ts";
import { ERROR_CODES, type ErrorCode } from "./codes.ts";
import type { CharacterInfo, EndReason, ProviderName, ServerFrame, Status, TurnError, TurnRecord } from "./v2.ts";

type Fields = Record<string, unknown>;

/**
 * Reads one frame. A type this page does not know gives `null`: a newer server may say more than an older page understands.
 *
 * @throws {SyntaxError} when the frame is not JSON, or a known type lacks a field
 */
export function parseServerFrame(data: unknown): ServerFrame | null {
  if (typeof data !== "string") throw new SyntaxError("Cannot read the server's frame: it is binary, not text");
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    throw new SyntaxError("Cannot read the server's frame as JSON", { cause });
  }
  const fields = object(value, "frame");
  const read = READERS[text(fields, "type")];
  return read === undefined ? null : read(fields);
}

const READERS: Record<string, (fields: Fields) => ServerFrame> = {
  welcome: (f) => ({
    type: "welcome",
    session: text(f, "session"),
    // A server without guests says nothing of it.
    role: f.role === "guest" ? "guest" : "owner",
    seq: number(f, "seq"),
    resumed: f.resumed === true,
    history: list(f, "history").map(record),
    status: status(object(f.status, "status")),
    ...who(f),
  }),
  queued: (f) => ({ type: "queued", ...place(f), text: text(f, "text"), ...greeting(f) }),
  start: (f) => ({ type: "start", ...place(f), provider: provider(f.provider), model: text(f, "model") }),
  chunk: (f) => ({ type: "chunk", ...place(f), data: text(f, "data") }),
  thinking: (f) => ({ type: "thinking", ...place(f), data: text(f, "data") }),
  emotion: (f) => ({
    type: "emotion",
    ...place(f),
    name: text(f, "name"),
    intensity: number(f, "intensity"),
    at: number(f, "at"),
  }),
  end: (f) => ({ type: "end", ...place(f), reason: reason(f.reason) }),
  error: (f) => ({
    type: "error",
    ...(typeof f.turn === "string" ? { turn: f.turn } : {}),
    ...(typeof f.seq === "number" ? { seq: f.seq } : {}),
    ...turnError(f),
  }),
  status: (f) => ({ type: "status", ...status(f) }),
  character: (f) => ({ type: "character", ...who(f) }),
  ping: () => ({ type: "ping" }),
  // What a call gives is the business of whoever made it.
  result: (f) => ({ type: "result", id: text(f, "id"), value: f.value }),
  progress: (f) => ({ type: "progress", id: text(f, "id"), value: f.value }),
  refused: (f) => ({ type: "refused", id: text(f, "id"), ...turnError(f) }),
  avatar: (f) => ({ type: "avatar", config: appConfig(object(f.config, "config")) }),
};

function place(f: Fields): { turn: string; seq: number } {
  return { turn: text(f, "turn"), seq: number(f, "seq") };
}

function record(value: unknown): TurnRecord {
  const f = object(value, "turn");
  const state = f.state;
  if (state !== "queued" && state !== "streaming" && state !== "done" && state !== "failed") {
    throw new SyntaxError(`Cannot read a turn: "state" is ${JSON.stringify(state)}`);
  }
  return {
    turn: text(f, "turn"),
    prompt: text(f, "prompt"),
    ...greeting(f),
    text: text(f, "text"),
    thinking: text(f, "thinking"),
    state,
    ...(f.reason === undefined ? {} : { reason: reason(f.reason) }),
    ...(f.error === undefined ? {} : { error: turnError(object(f.error, "error")) }),
    ...(f.provider === undefined ? {} : { provider: provider(f.provider) }),
    ...(f.model === undefined ? {} : { model: text(f, "model") }),
  };
}

function status(f: Fields): Status {
  return {
    provider: f.provider === "none" ? "none" : provider(f.provider),
    model: text(f, "model"),
    modelPresent: typeof f.modelPresent === "boolean" ? f.modelPresent : null,
    host: text(f, "host"),
    reachable: f.reachable === true,
    ...(typeof f.version === "string" ? { version: f.version } : {}),
    away: f.away === true,
  };
}

function who(f: Fields): { character?: CharacterInfo } {
  if (f.character === undefined) return {};
  const told = object(f.character, "character");
  return {
    character: {
      name: text(told, "name"),
      ...greeting(told),
      ...(told.otherGreetings === undefined ? {} : { otherGreetings: list(told, "otherGreetings").map(String) }),
    },
  };
}

function greeting(f: Fields): { greeting?: string } {
  return typeof f.greeting === "string" ? { greeting: f.greeting } : {};
}

/** What is not checked here is optional, and as good as in `/app-config.json`. */
function appConfig(f: Fields): AppConfig {
  const llm = object(f.llm, "llm");
  return {
    ...f,
    model: text(f, "model"),
    entry: text(f, "entry"),
    timeScale: number(f, "timeScale"),
    llm: { backendWsUrl: text(llm, "backendWsUrl") },
  };
}

function turnError(f: Fields): TurnError {
  const code = ERROR_CODES.find((known) => known === f.code) ?? ("internal" satisfies ErrorCode);
  return { code, message: text(f, "message"), ...(typeof f.hint === "string" ? { hint: f.hint } : {}) };
}

function reason(value: unknown): EndReason {
  // A reason of a newer server still ends the turn.
  return value === "length" || value === "cancelled" ? value : "stop";
}

function provider(value: unknown): ProviderName {
  return value === "demo" ? "demo" : "ollama";
}

function object(value: unknown, name: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError(`Cannot read the server's frame: "${name}" is not an object`);
  }
  return value as Fields;
}

function text(f: Fields, name: string): string {
  const value = f[name];
  if (typeof value !== "string") throw new SyntaxError(`Cannot read the server's frame: "${name}" is not a string`);
  return value;
}

function number(f: Fields, name: string): number {
  const value = f[name];
  if (typeof value !== "number") throw new SyntaxError(`Cannot read the server's frame: "${name}" is not a number`);
  return value;
}

function list(f: Fields, name: string): unknown[] {
  const value = f[name];
  if (!Array.isArray(value)) throw new SyntaxError(`Cannot read the server's frame: "${name}" is not a list`);
  return value;
}
