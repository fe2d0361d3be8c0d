/** Conversations as files: for people, and for programs. */
import { pageRecordOf, type StoredConversation } from "@/lib/store/store.ts";
import { safeName } from "@/lib/config/names.ts";
import { oneLine, shorten } from "@/lib/text.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";

/** Says what a JSON export is, to whoever reads it back. */
const FORMAT = "vtuber.conversation";
const VERSION = 1;
/** Longest name of a file without its ending, in characters. */
const LONGEST_NAME = 60;

/** Everything there is, in JSON: what is read back from it is the same conversation. */
export function exportJson({ id, title, created, updated, turns }: StoredConversation): string {
  const head = { format: FORMAT, version: VERSION, id, title };
  const times = { created: new Date(created).toISOString(), updated: new Date(updated).toISOString() };
  return `${JSON.stringify({ ...head, ...times, turns: turns.map(pageRecordOf) }, null, 2)}\n`;
}

/**
 * In Markdown, with no words of our own: what the user said as a quotation, the answers as they are. No thoughts. Images
 * by their address on this server.
 *
 * @param timeZone where the reader is, such as "Asia/Tokyo"
 */
export function exportMarkdown({ title, created, turns }: StoredConversation, timeZone = "UTC"): string {
  // Sweden writes days and times as ISO 8601 does.
  const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone });
  return [`# ${title}`, `*${format.format(created)}*`, ...turns.flatMap(exchange)].join("\n\n") + "\n";
}

function exchange({ greeting, prompt, images = [], text, error }: TurnRecord): string[] {
  const parts = greeting === undefined ? [] : [closeFence(greeting)];
  const shown = images.map(({ id, name }) => `![${oneLine(name ?? "").replace(/[[\]\\]/g, "\\$&")}](images/${id})`);
  const lines = [...prompt.split(/\r\n|\r|\n/u), ...shown.flatMap((image) => ["", image])];
  parts.push(lines.map((line) => `> ${line}`.trimEnd()).join("\n"));
  if (text.trim() !== "") parts.push(closeFence(text.trim()));
  if (error !== undefined) parts.push(`*${error.message}*`);
  return parts;
}

/** Ends a code block that an answer broke off in, or it would swallow all that comes after. */
function closeFence(text: string): string {
  let open: string | undefined;
  for (const line of text.split("\n")) {
    const [, fence, info] = /^ {0,3}(`{3,}|~{3,})(.*)$/u.exec(line) ?? [];
    if (fence === undefined) continue;
    if (open === undefined) open = fence;
    else if (fence.startsWith(open) && info?.trim() === "") open = undefined;
  }
  return open === undefined ? text : `${text}\n${open}`;
}

/** A title as the name of a file. */
export function fileName(title: string, ending: string): string {
  return `${safeName(shorten(oneLine(title), LONGEST_NAME), "conversation")}.${ending}`;
}
