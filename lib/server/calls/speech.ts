/** The calls about what is said aloud. */
import { z } from "zod";
import { type CallContext, checked, type Handlers } from "./router.ts";
import type { SentenceSpeech, SpokenSentence } from "@/lib/protocol/speech.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import type { TurnEvent } from "@/lib/stages/events.ts";
import type { Conversation } from "@/lib/chat/conversation.ts";
import type { VoiceEngine, VoiceError } from "@/lib/voice/engine.ts";
import type { SpeechService } from "@/lib/voice/speech_service.ts";

/** Longest text that a voice is tried with, UTF-16 units. */
const LONGEST_TRIAL = 500;

type Spoken = SpokenSentence & SentenceSpeech;

export interface SpeechCallsOptions {
  speech: SpeechService;
  engines(): ReadonlyMap<string, VoiceEngine>;
}

export function speechCalls({ speech, engines }: SpeechCallsOptions): Handlers {
  return {
    ...checked(
      "speech.turn",
      z.object({
        turn: z.string({ error: "must be the id of a turn" }),
        from: z.int({ error: "must be the number of a sentence" }).min(0, "must be the number of a sentence"),
      }, { error: "must be an object" }),
      async ({ turn, from }, context) => {
        await context.session.idle();
        const { conversation } = context.session;
        if (conversation.find(turn) === undefined) {
          throw new RequestError({ code: "not_found", message: `There is no turn ${turn} to be said` });
        }
        await follow(
          context,
          conversation,
          from,
          speech,
          (feed) => feedTurn(conversation, turn, feed, context.signal),
        );
        return {};
      },
    ),
    ...checked(
      "speech.say",
      z.object({ text: z.string({ error: "must be a text" }).min(1).max(LONGEST_TRIAL) }, {
        error: "must be an object",
      }),
      async ({ text }, context) => {
        await follow(context, context.session.conversation, 0, speech, (feed) => {
          feed(text);
          return Promise.resolve();
        });
        return {};
      },
    ),
    ...checked(
      "voices.list",
      z.object({}, { error: "must be an object" }),
      async () =>
        await Promise.all([...engines().values()].map(async (engine) => {
          const needs = await engine.needs().catch((error: unknown) => String(error));
          const voices = (await engine.voices().catch(() => [])).map(({ id, name, languages }) => ({
            id,
            name,
            languages: [...languages],
          }));
          return { id: engine.id, name: engine.name, away: engine.away, ...(needs !== undefined && { needs }), voices };
        })),
    ),
  };
}

/** Says what is fed, and tells the page of each sentence once its sound has begun. */
async function follow(
  { part, signal }: CallContext<Spoken>,
  conversation: Conversation,
  from: number,
  speech: SpeechService,
  run: (feed: (text: string) => void) => Promise<void>,
): Promise<void> {
  const sentences = new Map<number, SpokenSentence>();
  let failure: VoiceError | undefined;
  const spoken = speech.open({
    conversation: conversation.id,
    owner: conversation.owner,
    speaks: () => conversation.speaks,
    ahead: Infinity,
    deliver: (sound) => part({ ...sentences.get(sound.index)!, ...sound }),
    onFailure: (error) => failure = error,
  });
  if (spoken === undefined) return;
  const stop = () => spoken.stop();
  signal.addEventListener("abort", stop, { once: true });
  const emit = (event: TurnEvent) => {
    if (event.type !== "sentence" || event.index < from) return;
    const { type: _, ...sentence } = event;
    sentences.set(sentence.index, sentence);
    spoken.say(sentence);
  };
  try {
    await run((data) => spoken.stage.take({ type: "text", data }, emit));
    spoken.stage.take({ type: "end", reason: "stop" }, emit);
    spoken.end();
    await spoken.finished;
    signal.throwIfAborted();
    if (failure !== undefined) throw new RequestError({ code: "voice_failed", message: failure.message });
  } finally {
    spoken.stop();
    signal.removeEventListener("abort", stop);
  }
}

/** Feeds a turn's text so far, and what comes until its end. */
async function feedTurn(
  conversation: Conversation,
  turn: string,
  feed: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let fed = 0;
  let woken = Promise.withResolvers<void>();
  const wake = () => woken.resolve();
  const watcher = { wake, restart: wake };
  conversation.watchers.add(watcher);
  signal.addEventListener("abort", wake, { once: true });
  try {
    for (;;) {
      const record = conversation.find(turn);
      // Taken out, or written anew, meanwhile: what was said of it holds no more.
      if (record === undefined || record.text.length < fed) return;
      feed(record.text.slice(fed));
      fed = record.text.length;
      if (record.state === "done" || record.state === "failed" || signal.aborted) return;
      await woken.promise;
      woken = Promise.withResolvers<void>();
    }
  } finally {
    conversation.watchers.delete(watcher);
    signal.removeEventListener("abort", wake);
  }
}
