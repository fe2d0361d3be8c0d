import { assertEquals } from "@std/assert";
import { startStub } from "@/tests/stub_ollama.ts";
import { exceptLoopbackFromProxy } from "./no_proxy.ts";

Deno.test("exceptLoopbackFromProxy() keeps what was excepted and adds this machine", () => {
  for (const [before, after] of [[undefined, ""], ["", ""], ["a.b, .corp", "a.b,.corp,"]] as const) {
    const env = new Map<string, string>(before === undefined ? [] : [["no_proxy", before]]);
    exceptLoopbackFromProxy({ get: (name) => env.get(name), set: (name, value) => void env.set(name, value) });
    assertEquals([env.get("NO_PROXY"), env.get("no_proxy")], Array(2).fill(`${after}localhost,127.0.0.0/8,::1`));
  }
});

Deno.test("exceptLoopbackFromProxy() lets fetch reach this machine when a proxy is set", async () => {
  await using stub = startStub();
  const program = `
    import { exceptLoopbackFromProxy } from "${new URL("no_proxy.ts", import.meta.url)}";
    exceptLoopbackFromProxy();
    console.log(await (await fetch("${stub.url}")).text());`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    // Nothing listens at port 3.
    env: { HTTP_PROXY: "http://127.0.0.1:3", http_proxy: "http://127.0.0.1:3", NO_PROXY: "", no_proxy: "" },
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "Ollama is running\n");
});
