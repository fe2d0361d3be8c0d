/** The commands of the README, as a person runs them. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { makeHome } from "./home.ts";
import { listening } from "./program.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import { within } from "./until.ts";
import { PROGRAM } from "@/lib/paths.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";

/** Runs a task as the README does, and asks one thing once it listens. */
async function startAndAsk(command: string, args: string[], env: Record<string, string>): Promise<PlainMessage[]> {
  const home = await makeHome();
  const child = new Deno.Command(command, {
    args,
    cwd: PROGRAM,
    env: { PORT: "0", VTUBER_SERVER_DATA_DIR: join(home, "data"), NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const { address, rest } = await listening(child.stdout);
  assertStringIncludes(await (await fetch(address)).text(), 'role="log"');
  const client = await SocketClient.open<PlainMessage>(`${address.replace("http", "ws")}/ws`);
  client.send({ prompt: "Hello" });
  await client.next("end");
  await client.close();
  child.kill("SIGTERM");
  assertEquals((await within("the program ends", child.status)).code, 0);
  assertStringIncludes(await rest, `kept in ${join(home, "data")}\n`);
  await Deno.remove(home, { recursive: true });
  return client.received;
}

function textOf(messages: PlainMessage[]): string {
  return messages.map((message) => message.type === "chunk" ? message.data : "").join("");
}

Deno.test("start without Ollama gives a character who answers", async () => {
  // Port 9 is discard's, and nobody listens there.
  const heard = await startAndAsk(Deno.execPath(), ["run", "-A", "tasks/start.ts"], { OLLAMA_HOST: "127.0.0.1:9" });
  // Any of her greetings, whole and without the marks that are for the face.
  assertMatch(textOf(heard), /^(Hello|Hi|Hey there)! (I am Lumi|Lumi here).* (call you|your name|are you)\?$/);
  const types = heard.map(({ type }) => type);
  assertEquals([types[0], types.at(-1), new Set(types.slice(1, -1))], ["start", "end", new Set(["chunk"])]);
});

Deno.test("start.sh with Ollama streams from it", { ignore: Deno.build.os === "windows" }, async () => {
  await using stub = startStub({ behaviour: { answer: "Straight from the model." } });
  const heard = await startAndAsk("sh", ["start.sh"], { OLLAMA_HOST: stub.url });
  assertEquals(textOf(heard), "Straight from the model.");
  assertEquals(heard.filter(({ type }) => type === "chunk").length, 4);
});

Deno.test("a port that is taken, and a wrong configuration, are one clear message and exit code 1", async () => {
  await using stub = startStub();
  const cases: [Record<string, string>, RegExp][] = [
    [{ PORT: new URL(stub.url).port }, /^Cannot listen: port \d+ is taken/],
    [{ VTUBER_LLM_API: "chatt" }, /^VTUBER_LLM_API is "chatt": it should be "generate" or "chat"$/],
    [{ VTUBER_CONFIG: "nowhere.json" }, /^Cannot read the configuration .*nowhere\.json: there is no such file$/],
  ];
  const home = await makeHome();
  for (const [env, message] of cases) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "tasks/start.ts"],
      cwd: PROGRAM,
      env: { VTUBER_SERVER_DATA_DIR: join(home, "data"), NO_COLOR: "1", ...env },
    }).output();
    assertMatch(new TextDecoder().decode(stderr).trim(), message);
    assertEquals(code, 1);
  }
  await Deno.remove(home, { recursive: true });
});
