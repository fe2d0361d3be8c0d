/** What the page says of its microphone, from the first press on. */

/**
 * Why a microphone does not listen:
 * - `insecure`: the page came by plain http from another machine, where browsers give no microphone
 * - `unsupported`: the browser cannot
 * - `missing`: there is none
 * - `refused`: the reader, or the device's settings, do not allow it
 * - `busy`: another program has it
 * - `gone`: it was there, and has been unplugged or taken away
 * - `elsewhere`: another tab listens now
 * - `offline`: there is no line to the server
 * - `crowded`: the server listens to as many as it can, or as many guests as may be
 * - `tapped`: the button was not held, as it wants to be
 * - `failed`: what else went wrong, by its message
 */
export type TroubleKind =
  | "insecure"
  | "unsupported"
  | "missing"
  | "refused"
  | "busy"
  | "gone"
  | "elsewhere"
  | "offline"
  | "crowded"
  | "tapped"
  | "failed";

/** A key that can be held to talk. `space` is a space wherever something is written or pressed; `control` is the right one. */
export type TalkKey = "space" | "control" | "f8" | "none";

export interface HearingWords {
  /** While the browser asks the reader, or opens the device. */
  asking: string;
  /** While she listens: as long as something is held, or until the button is pressed again. */
  holding: string;
  listening: string;
  /** A voice is heard. */
  speaking: string;
  /** The device gives no sound for now. */
  held: string;
  /** Where the sound goes. */
  stays: string;
  goesTo(host: string): string;
  onDevice: string;
  toBrowserMaker: string;
  /** Why she does not listen, and what to do. */
  troubles: Record<TroubleKind, { title: string; help: string }>;
}
