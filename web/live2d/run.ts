import { asset } from "fresh/runtime";
import { effect, signal as createSignal, untracked } from "@preact/signals";
import { address } from "@/web/browser/base_path.ts";
import { appConfig, chosenAvatar, drawnPictures, shownAvatar, taps, wantedPictures } from "@/web/presence/presence.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";
import type { Avatar } from "@/web/presence/avatar.ts";
import type { Progress } from "./downloads.ts";
import { faultOf } from "./errors.ts";
import type { AvatarFault } from "@/lib/protocol/avatar_fault.ts";
import type { View } from "./fit.ts";
import { follow } from "./follow.ts";
import { recallPictures, rememberPicture } from "./picture_memory.ts";
import type { Stage } from "./stage.ts";

/** What the page shows of the avatar. */
export interface AvatarState {
  phase: "loading" | "ready" | "error";
  /** Name of the character on the stage; the one that is expected while there is none. */
  name: string;
  /** Share of a model that has arrived, from 0 to 1; null when nothing is being loaded. */
  progress: number | null;
  /** In the phase `ready`: why another character could not be shown. */
  problem: AvatarFault | null;
  /** For a while: the textures are larger than the graphics card takes, and so are drawn smaller. */
  shrunk: boolean;
}

export interface AvatarListener {
  onState(state: AvatarState): void;
  /** There is a stage, which can be played with once a character is ready. */
  onStage(stage: Stage): void;
  onView(view: View): void;
}

/** Draws; by far the largest script of the page, and one of its own: `static/stage.js` says why. */
const STAGE = "/stage.js";
/** How long a note stays that needs nothing done, ms. */
const NOTE_MS = 10_000;

/** What is shown before anything has happened. */
export function initialState(config: AppConfig): AvatarState {
  return { phase: "loading", name: config.model, progress: 0, problem: null, shrunk: false };
}

/**
 * Puts the character on a canvas, changes it when another is chosen, and lets it follow the conversation, until the
 * signal is aborted. It never throws: whatever fails becomes a state, and the rest of the page goes on.
 */
export async function runAvatar(
  canvas: HTMLCanvasElement,
  config: AppConfig,
  listener: AvatarListener,
  signal: AbortSignal,
): Promise<void> {
  let state = initialState(config);
  function tell(change: Partial<AvatarState>) {
    if (signal.aborted) return;
    state = { ...state, ...change };
    listener.onState(state);
  }
  tell({});

  let stage: Stage;
  try {
    const { createStage } = await import(address(asset(STAGE))) as typeof import("./pixi_stage.ts");
    if (signal.aborted) return;
    stage = createStage(canvas, {
      ...config.avatar,
      signal,
      onView: listener.onView,
      onTap: () => taps.value++,
      onFacePicture: () => drawnPictures.value++,
      onLost(recovery) {
        tell({ phase: "loading", progress: 0 });
        recovery.then(() => tell({ phase: "ready", progress: null }), fail);
      },
    });
  } catch (error) {
    fail(error);
    return;
  }

  function fail(error: unknown) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    tell({ phase: "error", progress: null, problem: faultOf(error) });
  }

  async function show(character: Avatar) {
    const first = state.phase !== "ready";
    tell({ phase: first ? "loading" : "ready", progress: 0, problem: null });
    try {
      const { shrunk } = await stage.load(character, { signal, onProgress: (progress) => report(progress) });
      if (shrunk) tellOnce(character.entry);
      shows.value++;
      shownAvatar.value = { entry: character.entry, repertoire: stage.repertoire(), picture: stage.picture() };
      rememberPicture(character.name, stage.portrait());
      tell({ phase: "ready", name: character.name, progress: null });
    } catch (error) {
      if (!(error instanceof DOMException)) shownAvatar.value = { entry: character.entry, fault: faultOf(error) };
      if (first) fail(error);
      else if (!(error instanceof DOMException)) tell({ progress: null, problem: faultOf(error) });
    }
  }

  const told = new Set<string>();
  function tellOnce(entry: string) {
    if (told.has(entry)) return;
    told.add(entry);
    tell({ shrunk: true });
    const timer = setTimeout(() => tell({ shrunk: false }), NOTE_MS);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }

  function report(progress: Progress) {
    // Screens show no more than percents.
    const share = Math.floor(shareOf(progress) * 100) / 100;
    if (share > (state.progress ?? 1)) tell({ progress: share });
  }

  const shows = createSignal(0);
  let known = config;
  /** Another object whenever the server wants it on the stage anew. */
  const configured = createSignal(characterOf(known));
  listener.onStage(stage);
  const stops = [
    effect(() => {
      const told = appConfig.value;
      if (told === null) return;
      if (isAnother(told, known)) configured.value = characterOf(told);
      stage.setLimits(told.avatar);
      known = told;
    }),
    effect(() => {
      const character = chosenAvatar.value ?? configured.value;
      untracked(() => void show(character));
    }),
    effect(() => {
      const avatars = wantedPictures.value;
      const end = new AbortController();
      untracked(() => void drawPictures(stage, avatars, AbortSignal.any([signal, end.signal])));
      return () => end.abort();
    }),
    ...follow(stage, shows),
  ];
  followMotionPreference(stage, signal);
  signal.addEventListener("abort", () => stops.forEach((stop) => stop()), { once: true });
}

/** Draws small pictures of avatars that this browser has never shown, one after the other, and remembers them. */
async function drawPictures(stage: Stage, avatars: readonly Avatar[], signal: AbortSignal): Promise<void> {
  for (const avatar of avatars) {
    if (signal.aborted) return;
    if (recallPictures().has(avatar.name)) continue;
    try {
      rememberPicture(avatar.name, await stage.portraitOf(avatar, signal));
      drawnPictures.value++;
    } catch {
      // A list is readable without it; why an avatar cannot be drawn is told when it is chosen.
    }
  }
}

function characterOf({ model, entry, avatarUrl = entry, timeScale, emotions }: AppConfig): Avatar {
  return { name: model, entry: avatarUrl, timeScale, ...(emotions !== undefined && { emotions }) };
}

/** Whether what the server says means another character. What is told anew without a difference is to be tried again. */
function isAnother(told: AppConfig, known: AppConfig): boolean {
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  return !same(characterOf(told), characterOf(known)) || same(told, known);
}

/** How much of a model has arrived, from 0 to 1: by bytes where they are known, by files where not. */
export function shareOf({ files, filesTotal, bytes, bytesTotal }: Progress): number {
  if (filesTotal < 2) return 0;
  return bytesTotal === null || bytesTotal === 0 ? files / filesTotal : bytes / bytesTotal;
}

function followMotionPreference(stage: Stage, signal: AbortSignal): void {
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const apply = () => stage.setCalm(reduced.matches);
  reduced.addEventListener("change", apply, { signal });
  apply();
}
