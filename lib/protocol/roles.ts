/**
 * Who may do what, in one table: the least role for every call, every frame and every path. A call or a frame without a
 * role does not compile, a call is refused at the start as well; a path without one is the owner's.
 */
import type { Method } from "./calls.ts";
import { CHARACTER_PICTURES } from "./character_picture.ts";
import { IMAGES } from "./images.ts";
import type { Role } from "./role.ts";
import type { ClientFrame } from "./v2.ts";

/** The least role that may make a call. Those about conversations are, for a guest, about its own ones alone. */
export const CALL_ROLES: Readonly<Record<Method, Role>> = {
  "conversations.list": "guest",
  "conversations.open": "guest",
  "conversations.rename": "guest",
  "conversations.delete": "guest",
  "conversations.export": "guest",
  "turn.edit": "guest",
  "turn.regenerate": "guest",
  "speech.turn": "guest",
  "speech.greeting": "guest",
  "speech.say": "owner",
  "voices.list": "owner",
  "recognisers.list": "owner",
  "speechModels.list": "owner",
  "speechModels.fetch": "owner",
  "speechModels.cancel": "owner",
  "speechModels.remove": "owner",
  "turns.timings": "owner",
  "context.use": "guest",
  "images.usage": "owner",
  "settings.read": "owner",
  "settings.write": "owner",
  "llm.preflight": "owner",
  "llm.preload": "guest",
  "llm.start": "owner",
  "llm.setKey": "owner",
  "llm.pull": "owner",
  "avatars.list": "owner",
  "avatars.preview": "owner",
  "avatars.choose": "owner",
  "avatars.remove": "owner",
  "characters.list": "owner",
  "characters.choose": "owner",
  "guestLink.read": "owner",
  "guestLink.make": "owner",
  "guestLink.revoke": "owner",
};

/**
 * The least role that may send a frame. A `call` has that of its method; a microphone's sound has that of the `listen`
 * before it, without which nobody takes it.
 */
export const FRAME_ROLES: Readonly<Record<ClientFrame["type"] | "trial", Role>> = {
  hello: "guest",
  prompt: "guest",
  continue: "guest",
  stop: "guest",
  reset: "guest",
  voice: "guest",
  played: "guest",
  /** What is understood becomes prompts of one's own, and is counted as those are. */
  listen: "guest",
  /** A `listen` with `trial`: nothing of it becomes a prompt, so nothing of it would be counted. */
  trial: "owner",
  unlisten: "guest",
  playback: "guest",
  utterance: "guest",
  call: "guest",
  cancel: "guest",
};

/** The least role that may send this frame. */
export function roleForFrame(frame: ClientFrame): Role {
  return FRAME_ROLES[frame.type === "listen" && frame.trial === true ? "trial" : frame.type];
}

/** The least role that may ask for a path; `anyone` needs no token. `/*` at the end is whatever is below. */
const PATH_ROLES = {
  "/": "guest",
  "/app-config.json": "guest",
  "/avatars/*": "guest",
  "/model/*": "guest",
  "/vendor/*": "guest",
  /** Of one's own conversations alone. */
  "/speech/*": "guest",
  "/_fresh/*": "guest",
  "/styles.css": "guest",
  "/dialogs.css": "guest",
  "/capture_worklet.js": "guest",
  "/stage.js": "guest",
  "/favicon.svg": "guest",
  "/manifest.webmanifest": "guest",
  /** Of one's own conversations alone. */
  [IMAGES]: "guest",
  "/api/images": "guest",
  "/api/avatars": "owner",
  "/api/characters": "owner",
  /** For a guest, of the one alone who is talked with. */
  [CHARACTER_PICTURES]: "guest",
  /** Says that the server runs, and nothing else. */
  "/healthz": "anyone",
  "/readyz": "owner",
  "/metrics": "owner",
} as const satisfies Record<string, Role | "anyone">;

/** The least role for the socket, whose path the configuration chooses. */
const SOCKET_ROLE: Role = "guest";

export type DeclaredPath = keyof typeof PATH_ROLES;

/** Every path that has a role, but for the socket's. */
export const DECLARED_PATHS = Object.keys(PATH_ROLES) as DeclaredPath[];

/** A path for the app to answer at. One that has no role does not compile. */
export function at<Path extends DeclaredPath>(path: Path): Path {
  return path;
}

/**
 * The least role that may ask for a path; undefined for one that is not declared.
 *
 * @param wsPath the path of the socket
 */
export function declaredRole(pathname: string, wsPath: string): Role | "anyone" | undefined {
  // As the app's router reads it.
  const path = pathname.replace(/\/+/g, "/");
  if (path === wsPath) return SOCKET_ROLE;
  const declared = DECLARED_PATHS.find((one) => one.endsWith("/*") ? path.startsWith(one.slice(0, -1)) : path === one);
  return declared && PATH_ROLES[declared];
}

/** Whether `role` is enough where `least` is needed. */
export function isEnough(role: Role, least: Role | "anyone"): boolean {
  return role === "owner" || least !== "owner";
}
