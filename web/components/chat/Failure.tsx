import type { ComponentChildren } from "preact";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import { errorText, errorTitle } from "@/web/components/error_words.ts";
import { Icon } from "@/web/components/Icon.tsx";

interface FailureProps {
  error: TurnError;
  words: Words;
  onRetry(): void;
  /** Null when the message is with the server already. */
  onEdit: (() => void) | null;
  /** Stands before the buttons. */
  children?: ComponentChildren;
}

/** A failure, beside the message it belongs to. */
export function Failure({ error, words, onRetry, onEdit, children }: FailureProps) {
  const title = errorTitle(error, words);
  // In English, the message mostly begins with what the title says.
  const text = errorText(error, words);
  const told = text.startsWith(title);
  return (
    <div class="failure">
      <p class="failure-title">
        <Icon name="warning" />
        <span>{told ? withCode(text) : title}</span>
      </p>
      {!told && <p>{withCode(text)}</p>}
      {error.hint !== undefined && <p>{withCode(error.hint)}</p>}
      <div class="actions">
        {children}
        <button type="button" class="pill" onClick={onRetry}>
          <Icon name="again" />
          {words.tryAgain}
        </button>
        {onEdit !== null && (
          <button type="button" class="pill" onClick={onEdit}>
            <Icon name="pencil" />
            {words.edit}
          </button>
        )}
      </div>
    </div>
  );
}

/** The server writes commands between backticks. */
function withCode(text: string) {
  return text.split("`").map((part, i) => i % 2 === 1 ? <code key={i}>{part}</code> : part);
}
