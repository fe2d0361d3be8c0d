/** The calls about what is said aloud. */
import { z } from "zod";
import { readAloud } from "./read_aloud.ts";
import { checked, type Handlers } from "./router.ts";
import type { OpenConversation } from "@/lib/chat/open_conversation.ts";
import { voiceFields } from "@/lib/config/schema/speech.ts";
import type { CharacterInfo } from "@/lib/protocol/v2.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import type { VoiceEngine } from "@/lib/voice/engine.ts";
import type { OpenSpeech } from "@/lib/voice/turn_speech.ts";

/** Longest text that a voice is tried with, UTF-16 units. */
const LONGEST_TRIAL = 2_000;

const reading = {
  from: z.int({ error: "must be the number of a sentence" }).min(0, "must be the number of a sentence"),
  speaks: z.array(z.string().max(40)).max(500).exactOptional(),
};

export interface SpeechCallsOptions {
  open: OpenSpeech;
  /** Those of this machine, by id. */
  engines(): ReadonlyMap<string, VoiceEngine>;
  /** Whom the pages talk with. */
  character(): CharacterInfo | undefined;
}

export function speechCalls({ open, engines, character }: SpeechCallsOptions): Handlers {
  return {
    ...checked(
      "speech.turn",
      z.object({ turn: z.string({ error: "must be the id of a turn" }), ...reading }, { error: "must be an object" }),
      async ({ turn, ...reading }, context) => {
        await context.session.idle();
        const { conversation } = context.session;
        const record = conversation.find(turn);
        if (record === undefined) {
          throw new RequestError({ code: "not_found", message: `There is no turn ${turn} to be said` });
        }
        const { prompt } = record;
        return await readAloud({ open, context, reading, prompt }, textOf(conversation, turn, context.signal));
      },
    ),
    ...checked(
      "speech.greeting",
      z.object({ greeting: z.int().min(0), ...reading }, { error: "must be an object" }),
      async ({ greeting: index, ...reading }, context) => {
        await context.session.idle();
        const [first] = context.session.conversation.turns;
        const { greeting, otherGreetings = [] } = character() ?? {};
        const text = first === undefined ? [greeting, ...otherGreetings][index] : first.greeting ?? greeting;
        if (text === undefined) {
          throw new RequestError({ code: "not_found", message: `There is no greeting ${index} to be said` });
        }
        return await readAloud({ open, context, reading }, [text]);
      },
    ),
    ...checked(
      "speech.say",
      z.object({
        text: z.string({ error: "must be a text" }).min(1, "must be a text").max(LONGEST_TRIAL),
        engine: voiceFields.engine,
        voice: voiceFields.voice.exactOptional(),
        rate: voiceFields.rate.exactOptional(),
        pitch: voiceFields.pitch.exactOptional(),
        ...reading,
      }, { error: "must be an object" }),
      async ({ text, engine, voice, rate = 1, pitch = 1, ...reading }, context) => {
        const chosen = { engine, voice, rate, pitch, speak: "all" } as const;
        return await readAloud({ open, context, reading, voice: chosen }, [text]);
      },
    ),
    ...checked(
      "voices.list",
      z.object({}, { error: "must be an object" }),
      async () => await Promise.all([...engines().values()].map(infoOf)),
    ),
  };
}

async function infoOf(engine: VoiceEngine) {
  const { id, name, away, host } = engine;
  const needs = await engine.needs().catch((error: unknown) => String(error));
  const voices = (await engine.voices().catch(() => [])).map(({ id, name, languages }) => ({
    id,
    name,
    languages: [...languages],
  }));
  return { id, name, away, ...(host !== undefined && { host }), ...(needs !== undefined && { needs }), voices };
}

/** A turn's text so far, and what comes until its end. */
async function* textOf(conversation: OpenConversation, turn: string, signal: AbortSignal): AsyncGenerator<string> {
  let given = 0;
  let woken = Promise.withResolvers<void>();
  const wake = () => woken.resolve();
  const watcher = { wake, restart: wake };
  conversation.watchers.add(watcher);
  signal.addEventListener("abort", wake, { once: true });
  try {
    for (;;) {
      const record = conversation.find(turn);
      // Taken out, or written anew, meanwhile: what was said of it holds no more.
      if (record === undefined || record.text.length < given) return;
      const { text, state } = record;
      if (text.length > given) yield text.slice(given);
      given = text.length;
      if (state === "done" || state === "failed" || signal.aborted) return;
      await woken.promise;
      woken = Promise.withResolvers<void>();
    }
  } finally {
    conversation.watchers.delete(watcher);
    signal.removeEventListener("abort", wake);
  }
}
