/**
 * A stand-in for Ollama over real HTTP, and for servers with OpenAI's protocol, faithful to their lines and events, their
 * errors and their ways of ending badly.
 *
 * In a test:
 *
 * ```ts ignore
 * await using stub = startStub({ queue: [{ error: "out of memory", errorAfter: 3 }] });
 * const answer = await fetch(`${stub.url}/api/generate`, { method: "POST", body: '{"model":"qwen2.5","prompt":"hi"}' });
 * ```
 *
 * As a program, to try the app without Ollama: `deno run -A tests/stub_ollama.ts --port 11434 --rate 30`
 */
import { parseArgs } from "node:util";
import { pleasant } from "./stub/answers.ts";
import type { Knobs } from "./stub/knobs.ts";
import { SERVER_KINDS, type ServerKind } from "./stub/openai.ts";
import { Stub, type StubOptions } from "./stub/server.ts";

export { goJson } from "./stub/wire.ts";
export { pullLines, type StubModel } from "./stub/models.ts";
export { type Knobs, words } from "./stub/knobs.ts";
export { type Behaviour, type RecordedRequest, Stub, type StubOptions } from "./stub/server.ts";

/** Starts a stub on a free port (or `options.port`). Dispose of it, or call `close()`, when done. */
export function startStub(options: StubOptions = {}): Stub {
  return new Stub(options);
}

const HELP = `A stand-in for Ollama, and for servers with OpenAI's protocol (below /v1).

  --port <n>        where to listen (11434)
  --host <name>     on which address (127.0.0.1)
  --rate <n>        words a second (30), 0 for as fast as they are read
  --model <name>    a further model to have; may be given several times
  --tokens <n>      answer with so many synthetic tokens instead of sentences
  --coalesce <n>    so many lines in one write
  --stamp           every synthetic token is the moment of its writing
  --echo            answer with the prompt
  --first-byte <ms> silence before an answer
  --parallel <n>    answers at once, the rest wait
  --empty           have no models; pulling one works
  --kind <name>     play another server, without Ollama's paths: llamacpp, lmstudio, vllm, koboldcpp, openrouter, openai
  --key <key>       answer nobody who does not show it`;

if (import.meta.main) runProgram();

function runProgram(): void {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      port: { type: "string", default: "11434" },
      host: { type: "string", default: "127.0.0.1" },
      rate: { type: "string", default: "30" },
      model: { type: "string", multiple: true, default: [] },
      tokens: { type: "string" },
      coalesce: { type: "string" },
      stamp: { type: "boolean", default: false },
      echo: { type: "boolean", default: false },
      "first-byte": { type: "string", default: "0" },
      parallel: { type: "string" },
      empty: { type: "boolean", default: false },
      kind: { type: "string" },
      key: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return print(HELP);
  const knobs: Knobs = { rate: Number(values.rate), firstByteMs: Number(values["first-byte"]) };
  if (values.tokens !== undefined) knobs.tokens = Number(values.tokens);
  if (values.coalesce !== undefined) knobs.coalesce = Number(values.coalesce);
  if (values.stamp) knobs.stamp = true;
  if (!values.echo) knobs.answer = pleasant;
  const named = values.model.map((name) => ({ name: name.includes(":") ? name : `${name}:latest` }));
  const usual = ["qwen2.5:latest", "llama3.2:3b"].map((name) => ({ name }));
  const stub = startStub({
    port: Number(values.port),
    hostname: values.host,
    models: values.empty ? named : [...named, ...usual],
    behaviour: knobs,
    pullMs: 150,
    ...(values.kind !== undefined && { kind: kindOf(values.kind) }),
    ...(values.key !== undefined && { key: values.key }),
    ...(values.parallel === undefined ? {} : { parallel: Number(values.parallel) }),
  });
  print(`The stand-in for ${values.kind ?? "Ollama"} listens at ${stub.url}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    if (signal === "SIGTERM" && Deno.build.os === "windows") continue;
    Deno.addSignalListener(signal, () => Deno.exit(0));
  }
}

function kindOf(name: string): ServerKind {
  const kind = SERVER_KINDS.find((kind) => kind === name);
  if (kind === undefined) throw new Error(`Cannot play ${name}: it should be one of ${SERVER_KINDS.join(", ")}`);
  return kind;
}

function print(text: string): void {
  // deno-lint-ignore no-console -- a program's own output
  console.log(text);
}
