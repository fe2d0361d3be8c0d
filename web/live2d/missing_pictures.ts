import { recallPictures, rememberPicture } from "./picture_memory.ts";

/**
 * Draws small pictures of avatars that this browser has never shown, one after the other, on a stage that nobody sees, and
 * remembers them.
 *
 * @param addressOf gives the address of an avatar's entry file; null where it cannot be had
 * @param onPicture called after each
 * @param signal ends it
 */
export async function drawMissingPictures(
  names: readonly string[],
  addressOf: (name: string) => Promise<string | null>,
  onPicture: () => void,
  signal: AbortSignal,
): Promise<void> {
  const known = recallPictures();
  const missing = names.filter((name) => !known.has(name));
  if (missing.length === 0) return;
  const { createStage } = await import("./stage.ts");
  for (const name of missing) {
    const entry = signal.aborted ? null : await addressOf(name);
    if (entry === null || signal.aborted) continue;
    const stage = createStage(document.createElement("canvas"), { maxFps: 1 });
    try {
      await stage.load({ name, entry }, { signal });
      rememberPicture(name, stage.portrait());
      onPicture();
    } catch {
      // One that cannot be drawn keeps its first letter; why, is told when it is chosen.
    } finally {
      stage.dispose();
    }
  }
}
