/** What becomes of an answer on its way: through the stages, into its turn's record, and aloud. */
import type { Gate } from "./gate.ts";
import type { TurnJournal } from "./turn_journal.ts";
import type { TurnStage } from "@/lib/protocol/calls.ts";
import { internalError } from "@/lib/telemetry/internal_error.ts";
import { markUnseen } from "@/lib/protocol/images.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import type { Emit, TurnEvent, Usage } from "@/lib/stages/events.ts";
import { FeelingsStage } from "@/lib/stages/feelings.ts";
import { MarksStage } from "@/lib/stages/marks.ts";
import { pipeline } from "@/lib/stages/pipeline.ts";
import { ThoughtsStage } from "@/lib/stages/thoughts.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import type { TurnSpeech } from "@/lib/voice/turn_speech.ts";

export interface KeptAnswerOptions {
  record: StoredTurn;
  journal: TurnJournal;
  /** Says it. Default: nobody does. */
  speech: TurnSpeech | undefined;
  /** What is kept and told goes through it; what is said does not wait. */
  gate: Gate;
  /** Whether feelings are guessed where the model marks none. */
  guessing: boolean;
  onReached(stage: TurnStage): void;
  /** Called at the end, with what the model's server has counted. */
  onUsage(usage: Usage | undefined): void;
  /** Called when it could not be kept, and the turn has failed. */
  onFault(error: unknown): void;
}

/** What has been answered, and thought. */
type Answer = Pick<TurnRecord, "text" | "thinking">;

/** Makes what takes the events of an answer, or of one that is gone on with. */
export function keepAnswer(options: KeptAnswerOptions): Emit {
  const { record, journal, speech, gate, guessing } = options;
  const before = { text: record.text, thinking: record.thinking };
  const at = before.text.length;
  const stages = [
    () => new ThoughtsStage(before.text),
    () => new MarksStage(before.text),
    ...(guessing ? [() => new FeelingsStage(at)] : []),
    ...(speech === undefined ? [] : [() => speech.stage]),
  ];
  const emit = pipeline(stages, (event) => {
    // A turn that was ended from outside (a truncation) must not speak into what came after it.
    if (record.state !== "streaming") return;
    if (speech !== undefined) guarded("say a sentence", () => say(speech, event));
    gate.pass(() => {
      if (record.state !== "streaming") return;
      try {
        keep(options, event, before);
      } catch (error) {
        journal.fail(record, internalError("keep an answer", error));
        options.onFault(error);
      }
    });
  });
  let begun = false;
  return (event) => {
    if (!begun && (event.type === "text" || event.type === "thinking")) {
      begun = true;
      gate.pass(() => options.onReached("firstToken"));
    }
    emit(event);
  };
}

function say(speech: TurnSpeech, event: TurnEvent): void {
  if (event.type === "retract") speech.restart();
  if (event.type === "likely") speech.expect(event);
  if (event.type !== "sentence") return;
  const { type: _, ...sentence } = event;
  speech.say(sentence);
}

/** @param before what the turn had when its answer was begun, or gone on with */
function keep({ record, journal, onReached, onUsage }: KeptAnswerOptions, event: TurnEvent, before: Answer) {
  const { turn } = record;
  switch (event.type) {
    case "start":
      record.provider = event.provider;
      record.model = event.model;
      if (event.standsIn === undefined) delete record.standsIn;
      else record.standsIn = event.standsIn;
      if (record.images !== undefined) record.images = markUnseen(record.images, event.unseen);
      return journal.changed(record, { ...event, turn, seq: journal.next });
    case "text":
      record.text += event.data;
      return journal.changed(record, { type: "chunk", turn, seq: journal.next, data: event.data });
    case "thinking": {
      const apart = before.thinking !== "" && record.thinking === before.thinking ? "\n\n" : "";
      const data = apart + event.data;
      record.thinking += data;
      return journal.changed(record, { type: "thinking", turn, seq: journal.next, data });
    }
    case "emotion":
      return journal.changed(record, { ...event, turn, seq: journal.next });
    case "sentence": {
      const { type, ...sentence } = event;
      onReached("firstClause");
      return journal.announce({ type, turn, seq: journal.next, ...sentence });
    }
    case "retract":
      retract(record, before);
      return journal.restart({ changed: record });
    case "end":
      onUsage(event.usage);
      return journal.end(record, event.reason);
    case "error":
      return journal.fail(record, event.error);
  }
}

/** What was told as the answer was thinking: every word goes where it belongs. */
function retract(record: StoredTurn, before: Answer): void {
  const thought = record.text.slice(before.text.length).trim();
  record.thinking = [record.thinking, thought].filter((text) => text !== "").join("\n\n");
  record.text = before.text;
}
