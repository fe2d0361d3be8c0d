/** Says a part of a text to the one page that has asked for it. */
import type { CallContext } from "./router.ts";
import type { Read, Reading } from "@/lib/protocol/calls.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import type { SentenceSpeech, SpokenSentence } from "@/lib/protocol/speech.ts";
import type { TurnEvent } from "@/lib/stages/events.ts";
import type { VoiceError } from "@/lib/voice/engine.ts";
import type { OpenSpeech, TurnSpeechRequest } from "@/lib/voice/turn_speech.ts";

/** Sentences that are made at once; whoever has heard most of them asks for the next ones. */
const SENTENCES = 4;
/** A long text is looked through in parts of so many UTF-16 units, and no further than it is said. */
const PART = 500;

export interface ReadAloudOptions extends Pick<TurnSpeechRequest, "voice" | "prompt"> {
  open: OpenSpeech;
  context: CallContext<SpokenSentence & SentenceSpeech>;
  reading: Reading;
}

/**
 * Says a few sentences, and tells the page of each once its sound has begun.
 *
 * @param text in pieces, as it comes
 * @throws {RequestError} when one of them cannot be heard
 * @throws the reason of the call's signal
 */
export async function readAloud(
  { open, context: { session, part, signal }, reading: { from, speaks = [] }, ...how }: ReadAloudOptions,
  text: AsyncIterable<string> | Iterable<string>,
): Promise<Read> {
  const { id: conversation, owner } = session.conversation;
  const sentences = new Map<number, SpokenSentence>();
  let failure: VoiceError | undefined;
  let next: number | undefined;
  const spoken = open({
    ...how,
    conversation,
    owner,
    speaks: () => speaks,
    deliver: (sound) => part({ ...sentences.get(sound.index)!, ...sound }),
    onFailure: (error) => failure = error,
  });
  if (spoken === undefined) return {};
  const stop = () => spoken.stop();
  signal.addEventListener("abort", stop, { once: true });
  const emit = (event: TurnEvent) => {
    if (event.type !== "sentence" || event.index < from || next !== undefined) return;
    if (event.index >= from + SENTENCES) return void (next = event.index);
    const { type: _, ...sentence } = event;
    sentences.set(sentence.index, sentence);
    spoken.say(sentence);
  };
  try {
    for await (const data of partsOf(text)) {
      spoken.stage.take({ type: "text", data }, emit);
      if (next !== undefined) break;
    }
    if (next === undefined) spoken.stage.take({ type: "end", reason: "stop" }, emit);
    spoken.end();
    await spoken.finished;
    signal.throwIfAborted();
    if (failure !== undefined) throw new RequestError({ code: "voice_failed", message: failure.message });
    return next === undefined ? {} : { next };
  } finally {
    spoken.stop();
    signal.removeEventListener("abort", stop);
  }
}

async function* partsOf(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  for await (const piece of text) {
    for (let at = 0; at < piece.length; at += PART) yield piece.slice(at, at + PART);
  }
}
