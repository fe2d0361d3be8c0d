import type { ChatMessage } from "@/lib/providers/provider.ts";

/**
 * Reads the example lines of a character card: blocks that begin with `<START>`, in them lines that begin with a
 * speaker's name and a colon, and go on until the next speaker. What stands before the first speaker of a block is
 * told by nobody, and left out.
 *
 * @param text with the macros for both names replaced already
 */
export function parseExamples(text: string, names: { char: string; user: string }): ChatMessage[] {
  const messages: ChatMessage[] = [];
  for (const block of text.split(/^[ \t]*<START>[ \t]*$/im)) {
    let open: ChatMessage | undefined;
    for (const line of block.split(/\r?\n/)) {
      const said = spoken(line, names.char, "assistant") ?? spoken(line, names.user, "user");
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

function spoken(line: string, name: string, role: "user" | "assistant"): ChatMessage | undefined {
  const start = line.trimStart();
  if (!start.toLowerCase().startsWith(name.toLowerCase())) return undefined;
  const colon = /^[ \t]*[:：][ \t]*/.exec(start.slice(name.length));
  return colon === null ? undefined : { role, content: start.slice(name.length + colon[0].length) };
}
