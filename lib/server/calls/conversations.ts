/** The calls about conversations and their turns. */
import { z } from "zod";
import { type CallContext, checked, type Handlers } from "./router.ts";
import { exportJson, exportMarkdown, fileName } from "@/lib/chat/export.ts";
import { contextBudget, contextUse } from "@/lib/chat/context.ts";
import type { ConversationRegistry } from "@/lib/chat/conversation_registry.ts";
import type { SessionRegistry } from "@/lib/chat/session_registry.ts";
import type { TurnTimings } from "@/lib/chat/turn_timings.ts";
import type { ContextOptions } from "@/lib/characters/context_options.ts";
import type { TurnTiming } from "@/lib/protocol/calls.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import { oneLine } from "@/lib/text.ts";

/** Longest name that a user may give, in UTF-16 units. */
const LONGEST_TITLE = 200;
/** A page is told of timings at most once in so many ms. */
const TELL_MS = 100;

const conversation = text("the id of a conversation");
const turn = text("the id of a turn");
/** As the protocol has it for every id that a client makes. */
const as = z.string({ error: "must be an id for the new turn" })
  .refine((id) => id !== "" && id.length <= 64, "must have 1 to 64 characters");
const nothing = z.object({}, { error: "must be an object" });

function text(what: string): z.ZodString {
  return z.string({ error: `must be ${what}` });
}

function object<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape> {
  return z.object(shape, { error: "must be an object" });
}

export interface ConversationCallsOptions {
  sessions: SessionRegistry;
  conversations: ConversationRegistry;
  timings: TurnTimings;
  /** What the model is told beside `turns`, and how much it can be told. Default: nothing, and the usual context. */
  context?(turns: readonly TurnRecord[]): ContextOptions;
}

export function conversationCalls({ sessions, conversations, timings, context }: ConversationCallsOptions): Handlers {
  return {
    ...checked("turns.timings", object({ follow: z.boolean().exactOptional() }), async ({ follow }, context) => {
      if (follow === true) await followTimings(timings, context);
      return timings.last;
    }),
    ...checked(
      "conversations.list",
      object({ query: text("what to look for").exactOptional() }),
      async ({ query }, { session }) => {
        await session.idle();
        const list = await conversations.list(session.principal, query);
        return list.map((summary) => summary.id === session.conversation.id ? { ...summary, open: true } : summary);
      },
    ),
    ...checked("conversations.open", object({ conversation }), async (params, { session }) => {
      await sessions.openConversation(session, params.conversation);
      return null;
    }),
    ...checked(
      "conversations.rename",
      object({
        conversation,
        title: text("a title").transform(oneLine)
          .refine(
            (title) => title !== "" && title.length <= LONGEST_TITLE,
            `must have 1 to ${LONGEST_TITLE} characters`,
          ),
      }),
      async ({ conversation, title }, { session }) => {
        await session.inOrder(() => conversations.rename(conversation, title, session.principal));
        return null;
      },
    ),
    ...checked("conversations.delete", object({ conversation }), async ({ conversation }, { session }) => {
      await sessions.deleteConversation(session, conversation);
      return null;
    }),
    ...checked(
      "conversations.export",
      object({
        conversation,
        format: z.enum(["markdown", "json"], { error: 'must be "markdown" or "json"' }),
        timeZone: text("a time zone").refine(isTimeZone, "must be a time zone, such as Asia/Tokyo").exactOptional(),
      }),
      async ({ conversation, format, timeZone }, { session }) => {
        await session.idle();
        const stored = await conversations.read(conversation, session.principal);
        return format === "json"
          ? { name: fileName(stored.title, "json"), text: exportJson(stored) }
          : { name: fileName(stored.title, "md"), text: exportMarkdown(stored, timeZone) };
      },
    ),
    ...checked(
      "turn.edit",
      object({ turn, text: text("the new message"), as }),
      async (params, { session }) => {
        await sessions.askAgain(session, params);
        return null;
      },
    ),
    ...checked("turn.regenerate", object({ turn, as }), async ({ turn, as }, { session }) => {
      await sessions.askAgain(session, { turn, as });
      return null;
    }),
    ...checked("context.use", nothing, async (_, { session }) => {
      await session.idle();
      const { turns, counted } = session.conversation;
      return contextUse(turns, context?.(turns) ?? { budget: contextBudget() }, counted);
    }),
  };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Tells a page of the timings until its call is cancelled, however fast they change. Throws the reason of that. */
async function followTimings(timings: TurnTimings, { part, signal }: CallContext<TurnTiming[]>): Promise<never> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    timer = undefined;
    part(timings.last);
  };
  const stop = timings.watch(() => timer ??= setTimeout(tell, TELL_MS));
  tell();
  try {
    return await new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  } finally {
    stop();
    clearTimeout(timer);
  }
}
