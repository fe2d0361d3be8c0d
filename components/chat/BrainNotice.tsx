import type { Words } from "@/lib/client/i18n.ts";
import type { Status } from "@/lib/protocol/v2.ts";
import { CopyButton } from "../CopyButton.tsx";
import { Icon } from "../Icon.tsx";

/** Says plainly who answers when it is not the model that was asked for, and how to change that. */
export function BrainNotice({ status, words, open }: { status: Status; words: Words; open: boolean }) {
  const content = explain(status, words);
  if (content === null) return null;
  return (
    <details class="notice" open={open}>
      <summary>
        <Icon name="spark" />
        <span>{content.title}</span>
        <Icon name="chevron" />
      </summary>
      <p>{content.text}</p>
      {content.commands.map((command) => (
        <div class="command" key={command}>
          <code>{command}</code>
          <CopyButton text={command} words={words} />
        </div>
      ))}
      <p>{words.notices.nextMessage}</p>
    </details>
  );
}

function explain(status: Status, words: Words): { title: string; text: string; commands: string[] } | null {
  const { notices } = words;
  const pull = `ollama pull ${status.model}`;
  if (!status.reachable) {
    const commands = ["ollama serve", pull];
    if (status.provider === "demo") return { title: notices.demoTitle, text: notices.demoText, commands };
    return { title: notices.noBrainTitle, text: notices.noBrainText(status.host), commands };
  }
  if (status.modelPresent === false) {
    return { title: notices.modelTitle(status.model), text: notices.modelText, commands: [pull] };
  }
  return null;
}
