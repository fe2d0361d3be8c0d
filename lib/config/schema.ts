/** Every field of `vtuber.config.json`: its meaning, unit, limits and default. The editor's JSON schema is made from it. */
import { z } from "zod";
import { BUS, parseBusAddress } from "./bus_address.ts";
import { llm, mind } from "./schema/llm.ts";
import { guests, limits, server } from "./schema/server.ts";
import { hearing, personaVoice, voice } from "./schema/speech.ts";
import { text, timeScale, whole } from "./schema/fields.ts";
import { isPostgres, SQLITE } from "./store_address.ts";

const STORE = "sqlite, or an address such as postgres://user:password@host:5432/database";

const model = z.object({
  source: text("a folder, a zip file or an npm path such as npm:name@1.0.0/folder").optional()
    .describe("Where the model is: a folder, a zip file, or npm:name@version/path."),
  entry: text("the name of a .model3.json or .model.json file").optional()
    .describe("The model's entry file, relative to the source. Found by itself when there is just one."),
  timeScale: timeScale().optional().describe("How fast this model's own time runs, instead of the general timeScale."),
  emotions: z.record(z.string(), text("the name of an expression")).optional()
    .describe("Which of the model's expressions shows an emotion, such as happy: exp_02."),
});

const persona = z.object({
  name: text("a name").optional().describe("What the character is called. The name it has in prompts when absent."),
  text: text("the instructions for the language model").optional()
    .describe("Who the character is, told to the language model. Needed unless there is a card."),
  card: text("a .png or .json file").optional()
    .describe("A SillyTavern character card, PNG or JSON. Fields beside it take the place of the card's own."),
  greeting: text("what the character says first").optional().describe("What the character says first."),
  examples: z.array(
    z.object({
      user: text("what a user says").describe("What a user says."),
      assistant: text("what the character answers").describe("What the character answers."),
    }, { error: "an object with user and assistant" }),
  ).optional().describe("How the character talks: exchanges told to the language model before the conversation."),
  reminder: text("an instruction").optional()
    .describe("An instruction told to the language model again right before each of the user's messages."),
  model: text("the name of an avatar model").optional().describe("The avatar model this character wears."),
  voice: personaVoice.optional().describe("How this character speaks, where it differs from the general voice."),
  llm: text("one of llms").optional().describe(
    "Which of llms plays this character, or llm for the one described there.",
  ),
}).superRefine((persona, context) => {
  if (persona.text !== undefined || persona.card !== undefined) return;
  context.addIssue({ code: "custom", path: ["text"], message: "the instructions for the language model" });
});

/** The whole configuration. Fields it does not know are let through, and reported by `loadConfig()`. */
export const configSchema = z.object({
  model: text("the name of a model").default("hiyori").describe("The avatar: hiyori, shizuku, mao, or one of models."),
  models: z.record(
    z.string(),
    z.union([text("").transform((source): ModelConfig => ({ source })), model], {
      error: "a source, or an object with a source",
    }),
  ).default({}).describe("Further models by name, or changes to the known ones."),
  timeScale: timeScale().default(1).describe("How fast the avatar's own time runs: 1 is real time."),
  cubismCore: text("a file, a URL or an npm path")
    .default("npm:wl-live2d@1.0.8/dist/packages/live2dcubism4core.min.js")
    .describe("Live2D Cubism Core for models of Cubism 3 and later: a file, a URL or an npm path."),
  cubism2Core: text("a file, a URL or an npm path")
    .default("npm:wl-live2d@1.0.8/dist/packages/live2dcubism2core.min.js")
    .describe("Live2D's core for models of Cubism 2: a file, a URL or an npm path."),
  llm: llm.prefault({}).describe("The language model."),
  llms: z.record(z.string(), mind).default({}).describe("Further language models by name: see llm.use."),
  prompts: z.record(
    z.string(),
    z.union([text("").transform((text): Persona => ({ text })), persona], {
      error: "the instructions for the language model, or an object with text",
    }),
  ).default({}).describe("Characters by name: instructions for the language model, or an object with text or card."),
  prompt: text("the name of one of prompts").optional().describe(
    "The chosen character: one of prompts, one that comes with the program (companion, streamer or tutor), or none. The first of prompts when absent, or companion.",
  ),
  emotions: z.object({
    classifier: z.boolean().default(true)
      .describe("Whether feelings are guessed from the words when the language model marks none."),
  }).prefault({}).describe("Feelings on the avatar's face."),
  voice: voice.prefault({}).describe("The voice of the character."),
  hearing: hearing.prefault({}).describe("What she hears: spoken prompts."),
  avatar: z.object({
    maxFps: whole(1, 240).default(60).describe("Frames per second at most."),
    maxPixelRatio: z.number().min(0.5, "a number from 0.5 to 4").max(4, "a number from 0.5 to 4").default(2)
      .describe("Device pixels drawn for one CSS pixel, at most."),
  }).prefault({}).describe("How the avatar is drawn."),
  server: server.prefault({}).describe("The page's server."),
  guests: guests.prefault({}).describe("Visitors who are not the owner."),
  store: z.string().refine((store) => store === SQLITE || isPostgres(store), STORE).default(SQLITE).describe(
    "Where conversations are kept: sqlite, in a file of server.dataDir, or the address of a PostgreSQL database, which several servers may share, such as postgres://user:password@host:5432/database. With a password it is a secret: set VTUBER_STORE, or let nobody else read this file.",
  ),
  bus: z.string().refine((bus) => parseBusAddress(bus) !== undefined, BUS).optional().describe(
    "Where NATS with JetStream is, by which several servers with the same store are one, such as nats://127.0.0.1:4222. With a password it is a secret: set VTUBER_BUS, or let nobody else read this file.",
  ),
  limits: limits.prefault({}).describe(
    "What one server takes on; with a bus sockets, socketsPerAddress and generations count over all servers.",
  ),
  ui: z.object({
    language: z.enum(["auto", "en", "ja", "zh"]).default("auto").describe(
      "The page's language; auto asks the browser.",
    ),
    theme: z.enum(["auto", "light", "dark", "contrast"]).default("auto").describe("Colours; auto asks the browser."),
  }).prefault({}).describe("The page."),
  log: z.object({
    level: z.enum(["debug", "info", "warn", "error"]).default("warn").describe("The least that is written to the log."),
  }).prefault({}).describe("The server's log. It never holds the text of a prompt."),
}).describe("Configuration of vtuber");

/** The configuration with every default in place. */
export type Config = z.output<typeof configSchema>;

/** What a user writes about one model. */
export type ModelConfig = z.output<typeof model>;

/** What a user writes about one character. */
export type Persona = z.output<typeof persona>;

/** A language model and who has it, with every default in place. */
export type Mind = z.output<typeof mind>;
