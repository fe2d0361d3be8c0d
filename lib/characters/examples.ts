import type { ChatMessage } from "@/lib/providers/provider.ts";

/** Of what a line is told by, UTF-16 units. */
const LONGEST_NAME = 250;

/**
 * Reads the example lines of a character card: blocks that begin with `<START>`, in them lines that begin with a
 * speaker's name and a colon, and go on until the next speaker. What stands before the first speaker of a block is
 * told by nobody, and left out.
 *
 * @param text with its macros: both names may stand as such
 */
export function parseExamples(text: string, names: { char: string; user: string }): ChatMessage[] {
  const messages: ChatMessage[] = [];
  const char = [names.char, "{{char}}", "<bot>", "<char>"].map((name) => name.toLowerCase());
  // The oldest cards call the user by what Pygmalion's page did.
  const user = [names.user, "{{user}}", "<user>", "you"].map((name) => name.toLowerCase());
  for (const block of text.split(/^[ \t]*<START>[ \t]*$/im)) {
    let open: ChatMessage | undefined;
    for (const line of block.split(/\r?\n/)) {
      const said = spoken(line, char, "assistant") ?? spoken(line, user, "user");
      if (said === undefined) {
        if (open !== undefined) open.content += `\n${line}`;
      } else if (open?.role === said.role) {
        open.content += `\n${said.content}`;
      } else {
        open = said;
        messages.push(open);
      }
    }
  }
  for (const message of messages) message.content = message.content.trim();
  return messages.filter(({ content }) => content !== "");
}

function spoken(line: string, names: readonly string[], role: "user" | "assistant"): ChatMessage | undefined {
  const start = line.trimStart();
  const head = start.slice(0, LONGEST_NAME).toLowerCase();
  const name = names.find((name) => name !== "" && head.startsWith(name));
  if (name === undefined) return undefined;
  const colon = /^[ \t]*[:：][ \t]*/.exec(start.slice(name.length));
  return colon === null ? undefined : { role, content: start.slice(name.length + colon[0].length) };
}
