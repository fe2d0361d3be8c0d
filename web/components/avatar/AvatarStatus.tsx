import type { AvatarFault } from "@/lib/protocol/avatar_fault.ts";
import type { AvatarState } from "@/web/live2d/run.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { FaultWords } from "@/lib/i18n/types/avatar.ts";

interface AvatarStatusProps {
  state: AvatarState;
  words: Words;
  onRetry(): void;
}

/** What the stage has to say: how far loading is, or what went wrong and what to do. */
export function AvatarStatus({ state, words, onRetry }: AvatarStatusProps) {
  const { phase, progress, problem, shrunk } = state;
  return (
    <div class="avatar-status" data-phase={phase} role="status">
      {progress !== null && (
        <label class="avatar-loading">
          {words.avatar.loading}
          <progress max={1} {...(progress > 0 ? { value: progress } : {})} />
        </label>
      )}
      {shrunk && problem === null && <p class="avatar-hint">{words.avatar.shrunk}</p>}
      {problem !== null && <Trouble fault={problem} words={words} {...(phase === "error" ? { onRetry } : {})} />}
    </div>
  );
}

function Trouble({ fault, words, onRetry }: { fault: AvatarFault; words: Words; onRetry?: () => void }) {
  // The words that stand under a fault's code are made for that fault.
  const { text, hint }: FaultWords<AvatarFault> = words.avatar.faults[fault.code];
  return (
    <div class="avatar-error">
      <p>{text(fault)}</p>
      <p class="avatar-hint">{hint}</p>
      {onRetry && <button type="button" class="avatar-button" onClick={onRetry}>{words.tryAgain}</button>}
    </div>
  );
}
