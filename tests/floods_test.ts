/** Pages that send without end, to a real program: it takes no harm, and nobody else waits for it. */
import { assert, assertEquals } from "@std/assert";
import { Program } from "./program.ts";
import { RawSocket } from "./raw_socket.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import { until } from "./until.ts";
import { framesOf, TranscriptionServer } from "@/lib/hearing/hearing_fixture.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";

/** How much larger the process may be afterwards, in bytes. */
const GROWTH = 128 * 1024 * 1024;
const TINY = framesOf(1, Int16Array.of(1))[0]!;

const FLOODS: Record<string, { frame: Uint8Array; count: number; listens: boolean }> = {
  "a million tiny frames of a microphone": { frame: TINY, count: 1_000_000, listens: true },
  "a million of a microphone that nobody listens to": { frame: TINY, count: 1_000_000, listens: false },
  "frames of 5 MB": { frame: new Uint8Array(5 * 1024 * 1024), count: 1_000, listens: true },
};

for (const [name, { frame, count, listens }] of Object.entries(FLOODS)) {
  Deno.test(`${name} end their own socket alone, and others are answered meanwhile`, async () => {
    await using ears = new TranscriptionServer();
    await using stub = startStub({ behaviour: { answer: "Yes." } });
    const config = { voice: { engine: "off" }, hearing: { engine: "openai", host: ears.host } };
    await using program = await Program.start({ config, env: { OLLAMA_HOST: stub.url } });
    const other = await SocketClient.open<ServerFrame>(program.socketUrl, SUBPROTOCOL);
    other.send({ type: "hello" });
    await other.next("welcome");
    const before = await program.metric("process_resident_memory_bytes");
    using flooding = await RawSocket.open(program.socketUrl, SUBPROTOCOL);
    await flooding.send({ type: "hello" });
    if (listens) await flooding.send({ type: "listen", stream: 1, mode: "hold" });
    const flood = flooding.flood(frame, count);
    other.send({ type: "prompt", turn: "t", text: "Are you there?" });
    const { reason } = await other.next("end");
    const sent = await flood;
    assertEquals(reason, "stop");
    assert(sent < count / 2, `${sent} of ${count} were taken`);
    await until("its socket is gone", async () => await program.metric("vtuber_sockets") === 1);
    const grown = await program.metric("process_resident_memory_bytes") - before;
    assert(grown < GROWTH, `it is larger by ${grown} bytes`);
    await other.close();
  });
}
