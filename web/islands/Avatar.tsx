import "@/web/browser/polyfills.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { AvatarStatus } from "@/web/components/avatar/AvatarStatus.tsx";
import { AvatarControls } from "@/web/components/avatar/AvatarControls.tsx";
import { HOME, isHome } from "@/web/live2d/fit.ts";
import { initialState, runAvatar } from "@/web/live2d/run.ts";
import type { Stage } from "@/web/live2d/stage.ts";
import type { Language } from "@/lib/i18n/language.ts";
import { WORDS } from "@/lib/i18n/i18n.ts";
import { preferences } from "@/web/browser/preferences.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";

interface AvatarProps {
  config: AppConfig;
  /** The language that the server has rendered the page in. */
  language?: Language;
}

/** The character on its stage. Everything heavy is loaded after the page has become usable. */
export default function Avatar({ config, language = "en" }: AvatarProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hydrated, setHydrated] = useState(false);
  const [state, onState] = useState(() => initialState(config));
  const [stage, onStage] = useState<Stage | null>(null);
  const [view, onView] = useState(HOME);
  const [attempt, setAttempt] = useState(0);
  const [trying, setTrying] = useState(false);
  const words = WORDS[preferences.value?.language ?? language];

  useEffect(() => setHydrated(true), []);
  useEffect(() => {
    const end = new AbortController();
    if (canvas.current !== null) runAvatar(canvas.current, config, { onState, onStage, onView }, end.signal);
    return () => end.abort();
  }, [attempt]);

  return (
    <section class={`avatar${hydrated ? " ready" : ""}`}>
      {/* A canvas serves one stage only, so a new attempt gets a new one. */}
      <canvas
        key={attempt}
        ref={canvas}
        class="avatar-canvas"
        role="img"
        aria-label={words.avatar.picture(state.name)}
        data-state={state.phase}
        data-moved={!isHome(view)}
        data-model={state.phase === "ready" ? state.name : undefined}
      />
      <AvatarStatus state={state} words={words} onRetry={() => setAttempt(attempt + 1)} />
      {stage !== null && state.phase === "ready" && (
        <details
          class="avatar-panel"
          onToggle={({ currentTarget: { open } }) => setTrying(open)}
        >
          <summary class="avatar-button avatar-round" aria-label={words.avatar.tryOut} title={words.avatar.tryOut}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <circle cx="12" cy="12" r="9" />
              <path d="M9 9.5v.5M15 9.5v.5M8.5 14.5c2 2.4 5 2.4 7 0" />
            </svg>
          </summary>
          <div class="avatar-tools">
            <AvatarControls key={state.name} stage={stage} view={view} open={trying} words={words.avatar} />
          </div>
        </details>
      )}
      {stage !== null && state.phase === "ready" && !isHome(view) && (
        <button
          type="button"
          class="avatar-button avatar-round avatar-reset"
          aria-label={words.avatar.reset}
          title={words.avatar.reset}
          onClick={() => stage.setView(HOME)}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5" />
          </svg>
        </button>
      )}
    </section>
  );
}
