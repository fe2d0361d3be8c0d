/** What the stage says: how far it is, what is in its way, and what there is to try. */
import type { AvatarFault } from "@/lib/protocol/avatar_fault.ts";
import type { Emotion } from "@/lib/protocol/emotions.ts";

/** What is wrong, and what the reader can do about it. */
export interface FaultWords<Fault> {
  text(fault: Fault): string;
  hint: string;
}

export interface AvatarWords {
  /** Describes the canvas to those who do not see it. */
  picture(name: string): string;
  loading: string;
  /** A button that opens the panel with all of the following. */
  tryOut: string;
  feelings: string;
  emotions: Record<Emotion | "neutral", string>;
  expressions: string;
  /** Names a group of motions; `group` is the model's own name, which may be empty. */
  motions(group: string): string;
  /** The textures are larger than the graphics card takes. */
  shrunk: string;
  /** Buttons that the model's owner has made. */
  hotkeys: string;
  view: string;
  size: string;
  leftRight: string;
  upDown: string;
  reset: string;
  faults: { [Code in AvatarFault["code"]]: FaultWords<AvatarFault & { code: Code }> };
}
