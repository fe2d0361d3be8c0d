/** The calls about conversations and their turns. */
import { z } from "zod";
import { checked, type Handlers } from "./calls.ts";
import { exportJson, exportMarkdown, fileName } from "./export.ts";
import type { Hub } from "./hub.ts";
import { oneLine } from "./title.ts";

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
      async ({ query }, { seat }) => {
        await seat.idle();
        const list = await hub.archive.list(seat.principal, query);
        return list.map((summary) => summary.id === seat.session.conversation ? { ...summary, open: true } : summary);
      },
    ),
    ...checked("conversations.open", object({ conversation }), async (params, { seat }) => {
      await hub.open(seat, params.conversation);
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
      async ({ conversation, title }, { seat }) => {
        await seat.inOrder(() => hub.archive.rename(conversation, title, seat.principal));
        return null;
      },
    ),
    ...checked("conversations.delete", object({ conversation }), async ({ conversation }, { seat }) => {
      await hub.delete(seat, conversation);
      return null;
    }),
    ...checked(
      "conversations.export",
      object({ conversation, format: z.enum(["markdown", "json"], { error: 'must be "markdown" or "json"' }) }),
      async ({ conversation, format }, { seat }) => {
        await seat.idle();
        const stored = await hub.archive.read(conversation, seat.principal);
        return format === "json"
          ? { name: fileName(stored.title, "json"), text: exportJson(stored) }
          : { name: fileName(stored.title, "md"), text: exportMarkdown(stored) };
      },
    ),
    ...checked("turn.edit", object({ turn, text: text("the new message"), as }), async (params, { seat }) => {
      await hub.askAnew(seat, params);
      return null;
    }),
    ...checked("turn.regenerate", object({ turn, as }), async ({ turn, as }, { seat }) => {
      await hub.askAnew(seat, { turn, as });
      return null;
    }),
    ...checked("context.use", nothing, async (_, { seat }) => {
      await seat.idle();
      return hub.contextUse(seat);
    }),
  };
}
