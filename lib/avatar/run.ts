import { effect } from "@preact/signals";
import { speech, voice } from "@/lib/client/presence.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";
import type { Progress } from "./downloads.ts";
import type { Stage } from "./stage.ts";

/** What the page shows of the avatar. */
export type AvatarState =
  /** `progress` is a share from 0 to 1, or null while unknown. */
  | { phase: "loading"; progress: number | null }
  | { phase: "ready" }
  | { phase: "error"; message: string; hint: string };

/**
 * Puts the configured character on a canvas and lets it follow the conversation, until the signal is aborted.
 * It never throws: whatever fails becomes a state, and the rest of the page goes on.
 */
export async function runAvatar(
  canvas: HTMLCanvasElement,
  config: AppConfig,
  onState: (state: AvatarState) => void,
  signal: AbortSignal,
): Promise<void> {
  const tell = (state: AvatarState) => signal.aborted || onState(state);
  tell({ phase: "loading", progress: null });
  try {
    const { createStage } = await import("./stage.ts");
    if (signal.aborted) return;
    const stage = createStage(canvas, { timeScale: config.timeScale, signal });
    connect(stage, signal);
    let told = -1;
    await stage.load(config.entry, {
      signal,
      onProgress(progress) {
        // Screens show no more than percents.
        const percent = Math.floor(shareOf(progress) * 100);
        if (percent > told) tell({ phase: "loading", progress: (told = percent) / 100 });
      },
    });
    tell({ phase: "ready" });
  } catch (error) {
    tell({
      phase: "error",
      message: error instanceof Error ? error.message : String(error),
      hint: error instanceof Error && "hint" in error ? String(error.hint) : "Reload this page.",
    });
  }
}

/** How much of a model has arrived, from 0 to 1: by bytes where they are known, by files where not. */
export function shareOf({ files, filesTotal, bytes, bytesTotal }: Progress): number {
  if (filesTotal < 2) return 0;
  return bytesTotal === null || bytesTotal === 0 ? files / filesTotal : bytes / bytesTotal;
}

/** Lets the avatar follow what happens on the page. */
function connect(stage: Stage, signal: AbortSignal): void {
  let turn = "";
  const stops = [
    effect(() => stage.setMouth(voice.value)),
    effect(() => {
      if (speech.value !== null) turn = speech.value.turn;
      stage.speak(turn, speech.value?.text ?? null);
    }),
  ];
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const onReduced = () => stage.setCalm(reduced.matches);
  reduced.addEventListener("change", onReduced, { signal });
  onReduced();
  signal.addEventListener("abort", () => stops.forEach((stop) => stop()), { once: true });
}
