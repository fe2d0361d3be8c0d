/** What processes tell each other of a conversation, in its journal on the bus, and what it makes of the turns. */
import type { LoggedFrame } from "@/lib/chat/frame_log.ts";
import { markUnseen } from "@/lib/protocol/images.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import type { StoredTurn } from "@/lib/store/store.ts";

export type JournalEntry =
  /** `at`: length of the text, or of the thoughts, before. `askedBy`: as a turn keeps it. */
  | { frame: LoggedFrame; at?: number; askedBy?: string }
  /** A turn is another one, or was dropped with all after it: all of the conversation is sent anew. */
  | { restart: { changed: StoredTurn } | { dropped: string }; seq: number }
  | { notice: TurnError }
  /** A process has taken the lease; its frames have numbers above `seq`. */
  | { held: string; seq: number }
  /** The process that had the lease has given it back. */
  | { released: true }
  /** The conversation was deleted. */
  | { deleted: true };

/** The entry of a frame that tells of a change to a turn, once that is made. */
export function entryOf(frame: LoggedFrame, { text, thinking, askedBy }: StoredTurn): JournalEntry {
  if (frame.type === "chunk") return { frame, at: text.length - frame.data.length };
  if (frame.type === "thinking") return { frame, at: thinking.length - frame.data.length };
  return frame.type === "queued" && askedBy !== undefined ? { frame, askedBy } : { frame };
}

/**
 * Makes the change that an entry tells of. Entries that are in the turns already change nothing once all that follow
 * them are made as well, so that a journal may be read from anywhere before what was stored last.
 *
 * @returns the turn that has changed
 */
export function applyEntry(turns: StoredTurn[], entry: JournalEntry): StoredTurn | undefined {
  if ("restart" in entry) return applyRestart(turns, entry.restart);
  if (!("frame" in entry)) return undefined;
  const { frame, at = 0, askedBy } = entry;
  let record = turns.find(({ turn }) => turn === frame.turn);
  if (record === undefined && frame.type === "queued") {
    const { turn, text, greeting, images } = frame;
    record = {
      turn,
      prompt: text,
      ...(greeting !== undefined && { greeting }),
      ...(images !== undefined && { images }),
      text: "",
      thinking: "",
      state: "queued",
    };
    if (askedBy !== undefined) record.askedBy = askedBy;
    turns.push(record);
    return record;
  }
  if (record !== undefined) applyFrame(record, frame, at);
  return record;
}

function applyFrame(record: StoredTurn, frame: LoggedFrame, at: number): void {
  switch (frame.type) {
    case "queued":
      record.state = "queued";
      delete record.reason;
      delete record.error;
      delete record.heard;
      return;
    case "start":
      record.state = "streaming";
      record.provider = frame.provider;
      record.model = frame.model;
      if (frame.standsIn === undefined) delete record.standsIn;
      else record.standsIn = frame.standsIn;
      if (record.images !== undefined) record.images = markUnseen(record.images, frame.unseen);
      return;
    case "chunk":
      record.text = grown(record.text, at, frame.data);
      return;
    case "thinking":
      record.thinking = grown(record.thinking, at, frame.data);
      return;
    case "heard":
      record.heard = frame.heard;
      return;
    case "end":
      record.state = "done";
      record.reason = frame.reason;
      return;
    case "error": {
      const { type: _, turn: _turn, seq: _seq, ...error } = frame;
      record.state = "failed";
      record.error = error;
    }
  }
}

/** A text with what follows its first `at` characters, as far as it does not have it. */
function grown(text: string, at: number, data: string): string {
  return text + data.slice(Math.max(0, text.length - at));
}

function applyRestart(
  turns: StoredTurn[],
  what: { changed: StoredTurn } | { dropped: string },
): StoredTurn | undefined {
  const id = "changed" in what ? what.changed.turn : what.dropped;
  const index = turns.findIndex(({ turn }) => turn === id);
  if (index < 0) return undefined;
  if ("changed" in what) turns[index] = what.changed;
  else turns.splice(index);
  return turns[index];
}
