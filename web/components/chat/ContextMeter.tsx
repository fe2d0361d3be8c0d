import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type CallClient, CallError } from "@/web/connection/call_client.ts";
import type { Turn } from "@/web/chat/conversation.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { ContextUse } from "@/lib/protocol/calls.ts";

/** Radius of the ring, such that its length is 100. */
const RADIUS = 100 / (2 * Math.PI);

interface ContextMeterProps {
  calls: CallClient;
  turns: readonly Turn[];
  words: Words;
  language: string;
}

/** How much of the conversation the language model is told, and how much more it could be. */
export function ContextMeter({ calls, turns, words, language }: ContextMeterProps) {
  const use = useSignal<ContextUse | null>(null);
  // What is asked may leave earlier turns no room: that is to be seen before the answer has come.
  const newest = turns.findLast(({ state }) => state !== "unsent");
  const open = newest?.state === "queued" || newest?.state === "streaming";

  useEffect(() => {
    const end = new AbortController();
    calls.call("context.use", {}, { signal: end.signal }).then((value) => use.value = value).catch((error) => {
      // A meter that cannot be read is left out; whatever is wrong is told where it stops somebody.
      if (error instanceof CallError) use.value = null;
      else if (!end.signal.aborted) throw error;
    });
    return () => end.abort();
  }, [calls, newest?.turn, open]);

  if (use.value === null || turns.length === 0) return null;
  const { used, exact, budget, turnsTold, turns: tellable, lore } = use.value;
  const number = new Intl.NumberFormat(language);
  const say = exact ? words.context.tokens : words.context.about;
  const tokens = say(number.format(used), number.format(budget));
  const told = turnsTold < tellable ? words.context.left(tellable - turnsTold) : words.context.allTold;
  const loreLines = lore === undefined ? [] : linesOf(lore, words, (count) => number.format(count));
  const percent = Math.min(100, Math.round(100 * used / budget));
  return (
    <div
      class="context"
      role="meter"
      tabIndex={0}
      aria-label={words.context.label}
      aria-valuemin={0}
      aria-valuemax={budget}
      aria-valuenow={Math.min(used, budget)}
      aria-valuetext={[tokens, told, ...loreLines].join(". ")}
      data-cut={turnsTold < tellable}
    >
      <svg viewBox="0 0 40 40" aria-hidden="true">
        <circle cx="20" cy="20" r={RADIUS} />
        <circle cx="20" cy="20" r={RADIUS} stroke-dasharray={`${percent} 100`} />
      </svg>
      <div class="context-card" aria-hidden="true">
        <strong>{words.context.label}</strong>
        <span>{tokens} · {percent} %</span>
        <span>{told}</span>
        {loreLines.map((line) => <span key={line} class="context-lore">{line}</span>)}
      </div>
    </div>
  );
}

/** Names that are shown; of more it is told how many. */
const MOST_NAMES = 6;

/** What of the character's lore is told, and what has no room. */
function linesOf(
  { tokens, told, leftOut }: NonNullable<ContextUse["lore"]>,
  { context }: Words,
  number: (count: number) => string,
): string[] {
  const names = (all: readonly string[]) =>
    `${all.slice(0, MOST_NAMES).join(" · ")}${all.length > MOST_NAMES ? ` · +${number(all.length - MOST_NAMES)}` : ""}`;
  const lines = told.length === 0 ? [context.noLore] : [`${context.lore(number(tokens))} ${names(told)}`];
  return leftOut.length === 0 ? lines : [...lines, context.loreLeftOut(names(leftOut))];
}
