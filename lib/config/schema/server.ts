/** The page's server, who may come to it, and what it takes on. */
import { z } from "zod";
import { isNetwork } from "@/lib/config/addresses.ts";
import { PLAIN_PATH, seconds, text, whole } from "./fields.ts";

export const server = z.object({
  port: whole(0, 65_535).default(8000).describe("The port of the page. 0 takes any free one. PORT sets it, too."),
  host: z.string().regex(/^[^\s/]+$/, "an address to listen on, such as 127.0.0.1 or 0.0.0.0").default("127.0.0.1")
    .describe("The address to listen on: 127.0.0.1 is this machine only, 0.0.0.0 every network. HOST sets it, too."),
  allowedOrigins: z.array(z.string().transform(origin)).default([])
    .describe(
      "Origins that may open the socket besides our own page, such as https://example.com: those of other pages, or the one a proxy gives ours.",
    ),
  token: z.string().regex(/^[\x21-\x7e]{8,}$/, "at least 8 letters, digits or signs, without spaces").optional()
    .describe(
      "The owner's secret: whoever shows it may do everything. When absent, none is needed on this machine itself, and one is made anew at every start where the server listens beyond it. Guests have a link of their own, made in the settings.",
    ),
  cookieKey: z.string().regex(/^[\x21-\x7e]{32,}$/, "at least 32 letters, digits or signs, without spaces").optional()
    .describe(
      "What signs the cookies of visitors, for several processes without a data folder in common; one is made and kept there when absent. A secret: set VTUBER_SERVER_COOKIE_KEY, or let nobody else read this file.",
    ),
  trustedProxies: z.array(z.string().refine(isNetwork, "an address or a network such as 127.0.0.1 or 10.0.0.0/8"), {
    error: "a list of addresses and networks",
  }).default([]).describe(
    "Proxies whose X-Forwarded-For, -Proto, -Host and -Prefix are believed, by address or network, such as 127.0.0.1 or 10.0.0.0/8. Name only those that write these headers themselves.",
  ),
  basePath: z.string().transform(basePath).default("").describe(
    "The path below which a reverse proxy shows the page, such as /chat, whether it takes the path off or passes it on.",
  ),
  dataDir: text("a folder").default("data").describe(
    "Where conversations and downloads are kept: a folder, relative to this file's.",
  ),
});

export const guests = z.object({
  access: z.enum(["off", "link", "open"]).default("link").describe(
    "Who may talk with the character besides the owner: link is whoever has the link that is made in the settings, open is everybody, each browser as a guest of its own, off is nobody. open needs server.token. The limits below hold for each guest; where they are absent, open has those that are named, and link none.",
  ),
  newPerHour: whole(1, 1_000_000).optional().describe(
    "New guests from one address within an hour; those who were here before come in all the same. 300 when open.",
  ),
  sockets: whole(1, 1_000_000).optional().describe("Open sockets of one guest. 8 when open."),
  promptsPerMinute: whole(1, 1_000_000).optional().describe("Messages of one guest within a minute. 10 when open."),
  promptsPerDay: whole(1, 1_000_000).optional().describe("Messages of one guest within a day. 300 when open."),
  charactersPerDay: whole(1, 1_000_000_000).optional().describe(
    "Characters that one guest writes and is answered within a day. 500000 when open.",
  ),
  speechSecondsPerDay: whole(1, 1_000_000).optional().describe(
    "Seconds of speech that are made for one guest within a day; after that the answers are there to be read. 3600 when open.",
  ),
  // No list of conversations is longer.
  conversations: whole(1, 500).optional().describe("Conversations that are kept of one guest. 100 when open."),
  keepDays: whole(1, 36_500).optional().describe(
    "Days that a guest's conversation is kept after it was last changed. 30 when open, for ever otherwise.",
  ),
});

export const limits = z.object({
  sockets: whole(1, 1_000_000).default(5000).describe("Open sockets in all."),
  socketsPerAddress: whole(1, 1_000_000).default(2500).describe("Open sockets from one address."),
  promptChars: whole(1, 100_000_000).default(100_000).describe("Characters in one prompt."),
  frameBytes: whole(256, 1_000_000_000).default(1_048_576).describe("Bytes in one frame from a client."),
  lineBytes: whole(65_536, 1_000_000_000).default(16_777_216).describe(
    "Bytes in one line from the language model's server.",
  ),
  backlogBytes: whole(65_536, 1_000_000_000).default(16_777_216)
    .describe("Bytes waiting for a client that reads slowly, before its socket is closed."),
  imageBytes: whole(1_048_576, 1_000_000_000_000).default(2_147_483_648).describe(
    "Bytes of all images that conversations show, on disk; those of guests take half of it at most.",
  ),
  queue: whole(1, 10_000).default(16).describe("Prompts waiting in one conversation."),
  generations: whole(1, 100_000).default(1024).describe("Answers being generated at once."),
  firstByteSeconds: seconds(600).describe(
    "How long the language model may load and think before its first word, in seconds.",
  ),
  idleSeconds: seconds(120).describe("How long the language model may fall silent within an answer, in seconds."),
  sessionSeconds: seconds(120).describe("How long a conversation waits for its page to come back, in seconds."),
});

function basePath(value: string, context: z.RefinementCtx): string {
  const path = `/${value.replace(/^\/+|\/+$/g, "")}`;
  if (path === "/") return "";
  if (!PLAIN_PATH.test(path)) {
    context.addIssue({ code: "custom", message: 'a path such as "/chat"', input: value });
    return z.NEVER;
  }
  return path;
}

function origin(value: string, context: z.RefinementCtx): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.origin === "null" || url.href !== `${url.origin}/`) {
    context.addIssue({
      code: "custom",
      message: "an origin such as https://example.com, without a path",
      input: value,
    });
    return z.NEVER;
  }
  return url.origin;
}
