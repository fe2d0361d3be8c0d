/** For tests: a conversation of the owner's, whose language model says nothing by itself. */
import { Conversation, type ConversationOptions } from "./conversation.ts";
import { FakeModel } from "./fake_model.ts";
import { OWNER } from "@/lib/principal.ts";

export function conversationWith(options: Partial<ConversationOptions> = {}): Conversation {
  return new Conversation({
    id: "c",
    owner: OWNER.id,
    turns: [],
    seq: 0,
    languageModel: new FakeModel(),
    queue: 1,
    request: () => ({ model: "m", messages: [] }),
    watch: () => () => {},
    onChange() {},
    ...options,
  });
}
