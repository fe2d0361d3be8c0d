/** The calls about conversations and their turns. */
import { z } from "zod";
import { checked, type Handlers } from "./router.ts";
import { exportJson, exportMarkdown, fileName } from "@/lib/chat/export.ts";
import type { Hub } from "@/lib/chat/hub.ts";
import { oneLine } from "@/lib/store/title.ts";

/** Longest name that a user may give, in UTF-16 units. */
const LONGEST_TITLE = 200;

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

export function conversationCalls(hub: Hub): Handlers {
  return {
    ...checked(
      "conversations.list",
      object({ query: text("what to look for").exactOptional() }),
      async ({ query }, { session: session }) => {
        await session.idle();
        const list = await hub.conversations.list(session.principal, query);
        return list.map((summary) => summary.id === session.conversation.id ? { ...summary, open: true } : summary);
      },
    ),
    ...checked("conversations.open", object({ conversation }), async (params, { session: session }) => {
      await hub.open(session, params.conversation);
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
      async ({ conversation, title }, { session: session }) => {
        await session.inOrder(() => hub.conversations.rename(conversation, title, session.principal));
        return null;
      },
    ),
    ...checked("conversations.delete", object({ conversation }), async ({ conversation }, { session: session }) => {
      await hub.delete(session, conversation);
      return null;
    }),
    ...checked(
      "conversations.export",
      object({
        conversation,
        format: z.enum(["markdown", "json"], { error: 'must be "markdown" or "json"' }),
        timeZone: text("a time zone").refine(isTimeZone, "must be a time zone, such as Asia/Tokyo").exactOptional(),
      }),
      async ({ conversation, format, timeZone }, { session: session }) => {
        await session.idle();
        const stored = await hub.conversations.read(conversation, session.principal);
        return format === "json"
          ? { name: fileName(stored.title, "json"), text: exportJson(stored) }
          : { name: fileName(stored.title, "md"), text: exportMarkdown(stored, timeZone) };
      },
    ),
    ...checked(
      "turn.edit",
      object({ turn, text: text("the new message"), as }),
      async (params, { session: session }) => {
        await hub.askAnew(session, params);
        return null;
      },
    ),
    ...checked("turn.regenerate", object({ turn, as }), async ({ turn, as }, { session: session }) => {
      await hub.askAnew(session, { turn, as });
      return null;
    }),
    ...checked("context.use", nothing, async (_, { session: session }) => {
      await session.idle();
      return hub.contextUse(session);
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
