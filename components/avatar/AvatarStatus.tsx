import type { AvatarState } from "@/lib/avatar/run.ts";

/** What the stage has to say: how far loading is, or what went wrong and what to do. */
export function AvatarStatus({ state, onRetry }: { state: AvatarState; onRetry: () => void }) {
  return (
    <div class="avatar-status" role="status">
      {state.phase === "loading" && <Loading share={state.progress} />}
      {state.phase === "error" && (
        <div class="avatar-error">
          <p>{state.message}</p>
          <p class="avatar-hint">{state.hint}</p>
          <button type="button" class="avatar-retry" onClick={onRetry}>Try again</button>
        </div>
      )}
    </div>
  );
}

function Loading({ share }: { share: number | null }) {
  return (
    <label class="avatar-loading">
      Loading the avatar
      <progress max={1} {...(share === null ? {} : { value: share })} />
    </label>
  );
}
