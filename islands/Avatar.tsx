import { useEffect, useRef, useState } from "preact/hooks";
import { AvatarStatus } from "@/components/avatar/AvatarStatus.tsx";
import { type AvatarState, runAvatar } from "@/lib/avatar/run.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";

/** The character on its stage. Everything heavy is loaded after the page has become usable. */
export default function Avatar({ config }: { config: AppConfig }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hydrated, setHydrated] = useState(false);
  const [state, setState] = useState<AvatarState>({ phase: "loading", progress: null });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => setHydrated(true), []);
  useEffect(() => {
    const end = new AbortController();
    if (canvas.current !== null) runAvatar(canvas.current, config, setState, end.signal);
    return () => end.abort();
  }, [config.entry, config.timeScale, attempt]);

  return (
    <section class={`avatar${hydrated ? " ready" : ""}`}>
      {/* A canvas serves one stage only, so a new attempt gets a new one. */}
      <canvas
        key={attempt}
        ref={canvas}
        class="avatar-canvas"
        role="img"
        aria-label={`Avatar: ${config.model}`}
        data-state={state.phase}
      />
      <AvatarStatus state={state} onRetry={() => setAttempt(attempt + 1)} />
    </section>
  );
}
