import { assertEquals } from "@std/assert";
import { House } from "./house_fixture.ts";
import type { Session } from "./session.ts";
import { RawSocket } from "@/bench/raw_socket.ts";
import { OWNER } from "@/lib/principal.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import { collectGarbage, hasCollector } from "@/tests/collector.ts";
import { until } from "@/tests/until.ts";

const name = "v2: a client that breaks off leaves nothing of its conversation in memory" +
  (hasCollector ? "" : " (skipped: this Deno hands out no collector)");

// ROOT CAUSE: Deno keeps a socket whose client broke off for half its idle timeout, with all that listens to it.
Deno.test({ name, ignore: !hasCollector }, async () => {
  await using house = new House({ sessionSeconds: 0 });
  const session = await talkAndBreakOff(house);
  await until("the session is let go", () => house.hub.sessions === 0);
  house.brain.answers.length = 0;
  await collectGarbage();
  assertEquals(session.deref(), undefined);
});

/** Returns the session that was talked in, held weakly. */
async function talkAndBreakOff(house: House): Promise<WeakRef<Session>> {
  const socket = await RawSocket.open(`ws://${house.address}`, SUBPROTOCOL);
  let session: WeakRef<Session> | undefined;
  await socket.send('{"type":"hello"}');
  await socket.send('{"type":"prompt","turn":"t1","text":"Hello"}');
  const answer = await house.brain.answer(0);
  answer.say("Hi");
  answer.end();
  const hold = async () => {
    const [conversation] = await house.hub.archive.list(OWNER);
    await house.hub.archive.open(conversation!.id, OWNER, (live) => session = new WeakRef(live));
    socket.close();
  };
  await socket.read((payload) => {
    const frame = JSON.parse(new TextDecoder().decode(payload)) as ServerFrame;
    if (frame.type === "end") void hold();
  });
  return session!;
}
