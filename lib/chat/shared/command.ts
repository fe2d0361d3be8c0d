/** What a process asks of the one that has a conversation's lease. */
import type { Conversation } from "@/lib/chat/conversation.ts";
import type { Reask } from "@/lib/chat/open_conversation.ts";
import type { TurnImage } from "@/lib/protocol/images.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** The topic of what is asked. */
export const COMMANDS = "commands";

/** Asked twice, as after a takeover, each does what it does once. */
export type Command =
  | { do: "prompt"; turn: string; text: string; greeting?: string; askedBy: string; images?: readonly TurnImage[] }
  | { do: "continue"; turn: string }
  | ({ do: "askAgain" } & Reask)
  | { do: "stop"; turn: string; heard?: number }
  | { do: "cancel" }
  | { do: "played"; turn: string; index: number }
  /** A page of the process `from` plays speech; `speaks` as in {@linkcode Conversation.listen}, absent: no more. */
  | { do: "listen"; listener: string; speaks?: readonly string[] }
  | { do: "delete" };

/** One of a conversation. */
export interface Question {
  conversation: string;
  command: Command;
  /** The process that asks. */
  from: string;
}

/** `held` is false where the process that was asked does not have the lease, or not any more. */
export type Answer = { held: boolean; refused?: TurnError };

/** Does what is the conversation's alone. */
export function perform(conversation: Conversation, command: Exclude<Command, { do: "listen" | "delete" }>): void {
  switch (command.do) {
    case "prompt":
      return conversation.prompt(command.turn, command.text, command.greeting, command.askedBy, command.images);
    case "continue":
      return conversation.continue(command.turn);
    case "askAgain":
      return conversation.askAgain(command);
    case "stop":
      return conversation.stop(command.turn, command.heard);
    case "cancel":
      return conversation.cancel();
    case "played":
      return conversation.played(command.turn, command.index);
  }
}
