import { Icon } from "@/web/components/Icon.tsx";
import { Portrait } from "@/web/components/Portrait.tsx";

export interface Choosable {
  name: string;
  title: string;
  about?: string | undefined;
  /** Address of a small picture. Default: its first letter. */
  picture?: string | undefined;
  /** Why it cannot be chosen. */
  problem?: string | undefined;
  chosen: boolean;
  /** On its way. */
  busy?: boolean;
}

interface ChoiceListProps {
  label: string;
  items: readonly Choosable[];
  /** True when something else decides. */
  locked: boolean;
  chosenText: string;
  busyText: string;
  /** Above the reason why something cannot be chosen. */
  missingText: string;
  onChoose(name: string): void;
}

/** Things of which one is chosen, each with a few words. */
export function ChoiceList({ label, items, locked, chosenText, busyText, missingText, onChoose }: ChoiceListProps) {
  return (
    <ul class="choices" aria-label={label}>
      {items.map(({ name, title, about, picture, problem, chosen, busy }) => (
        <li key={name}>
          <button
            type="button"
            class="choice"
            aria-pressed={chosen}
            aria-busy={busy}
            aria-describedby={problem !== undefined ? `problem-${name}` : undefined}
            disabled={locked || (problem !== undefined && !chosen)}
            onClick={() => !chosen && onChoose(name)}
          >
            <Portrait title={title} picture={picture} />
            <span class="choice-text">
              <span class="choice-title">{title}</span>
              {about !== undefined && about !== "" && <span class="choice-about">{about}</span>}
            </span>
            {busy === true && <span class="choice-mark">{busyText}</span>}
            {chosen && busy !== true && (
              <span class="choice-mark">
                <Icon name="check" />
                <span class="visually-hidden">{chosenText}</span>
              </span>
            )}
          </button>
          {problem !== undefined && (
            <details class="hint choice-problem">
              <summary>
                <Icon name="chevron" />
                {missingText}
              </summary>
              <p id={`problem-${name}`}>{linked(problem)}</p>
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Addresses in a sentence can be followed. */
function linked(text: string) {
  return text.split(/(https?:\/\/[^\s,;]+)/).map((part, i) =>
    i % 2 === 1 ? <a key={i} href={part} target="_blank" rel="noreferrer">{part}</a> : part
  );
}
