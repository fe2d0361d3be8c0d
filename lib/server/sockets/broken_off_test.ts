import { assertEquals } from "@std/assert";
import { ChatServer } from "./chat_server_fixture.ts";
import type { OpenConversation } from "@/lib/chat/open_conversation.ts";
import { RawSocket } from "@/bench/raw_socket.ts";
import { OWNER } from "@/lib/principal.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import { collectGarbage, hasCollector } from "@/tests/collector.ts";
import { until } from "@/tests/until.ts";

const name = "v2: a client that breaks off leaves nothing of its conversation in memory" +
  (hasCollector ? "" : " (skipped: this Deno hands out no collector)");

// ROOT CAUSE: Deno keeps a socket whose client broke off for half its idle timeout, with all that listens to it.
Deno.test({ name, ignore: !hasCollector }, async () => {
  await using server = new ChatServer({ sessionSeconds: 0 });
  const session = await talkAndBreakOff(server);
  await until("the session leaves the memory", () => server.chat.sessions.size === 0);
  server.model.answers.length = 0;
  await collectGarbage();
  assertEquals(session.deref(), undefined);
});

/** Returns the session that was talked in, held weakly. */
async function talkAndBreakOff(server: ChatServer): Promise<WeakRef<OpenConversation>> {
  const socket = await RawSocket.open(`ws://${server.address}`, SUBPROTOCOL);
  let session: WeakRef<OpenConversation> | undefined;
  await socket.send('{"type":"hello"}');
  await socket.send('{"type":"prompt","turn":"t1","text":"Hello"}');
  const answer = await server.model.answer(0);
  answer.say("Hi");
  answer.end();
  const hold = async () => {
    const [conversation] = await server.chat.conversations.list(OWNER);
    await server.chat.conversations.open(conversation!.id, OWNER, (live) => session = new WeakRef(live));
    socket.close();
  };
  await socket.read((payload) => {
    const frame = JSON.parse(new TextDecoder().decode(payload)) as ServerFrame;
    if (frame.type === "end") void hold();
  });
  return session!;
}
