import type { AvatarState, Problem } from "@/lib/avatar/run.ts";

/** What the stage has to say: how far loading is, or what went wrong and what to do. */
export function AvatarStatus({ state, onRetry }: { state: AvatarState; onRetry: () => void }) {
  const { phase, progress, problem } = state;
  return (
    <div class="avatar-status" data-phase={phase} role="status">
      {progress !== null && (
        <label class="avatar-loading">
          Loading the avatar
          <progress max={1} {...(progress > 0 ? { value: progress } : {})} />
        </label>
      )}
      {problem !== null && <Trouble problem={problem} {...(phase === "error" ? { onRetry } : {})} />}
    </div>
  );
}

function Trouble({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <div class="avatar-error">
      <p>{problem.message}</p>
      {problem.hint !== "" && <p class="avatar-hint">{problem.hint}</p>}
      {onRetry && <button type="button" class="avatar-button" onClick={onRetry}>Try again</button>}
    </div>
  );
}
