/** llama.cpp behind both tongues, for tests: `deno run server.ts <module of node-llama-cpp> <model.gguf>` */
const { getLlama, LlamaCompletion } = await import(Deno.args[0]!);
const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, logLevel: "error", maxThreads: 1 });
const model = await llama.loadModel({ modelPath: Deno.args[1]! });
const context = await model.createContext({ contextSize: 2048, sequences: 4 });
let active = 0;

const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const line = (value: unknown) => `${JSON.stringify(value)}\n`;
const TONGUES: Record<string, { text(text: string): string; end(prompt: number, output: number): string }> = {
  "/v1/chat/completions": {
    text: (content) => event({ choices: [{ delta: { content } }] }),
    end: (prompt_tokens, completion_tokens) =>
      event({ choices: [{ delta: {}, finish_reason: "stop" }], usage: { prompt_tokens, completion_tokens } }) +
      "data: [DONE]\n\n",
  },
  "/api/chat": {
    text: (content) => line({ message: { content }, done: false }),
    end: (prompt_eval_count, eval_count) =>
      line({ message: { content: "" }, done: true, done_reason: "stop", prompt_eval_count, eval_count }),
  },
};

// deno-lint-ignore no-console -- a program's own output
Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) }, async (request) => {
  const tongue = TONGUES[new URL(request.url).pathname];
  if (tongue === undefined) return Response.json({ active });
  const prompt = model.tokenize((await request.json()).messages.at(-1).content);
  const left = new AbortController();
  const body = new ReadableStream<string>({
    async start(controller) {
      active++;
      const sequence = context.getSequence();
      let output = 0;
      const onToken = (tokens: unknown[]) => void (output += tokens.length);
      const onTextChunk = (text: string) => left.signal.aborted || controller.enqueue(tongue.text(text));
      await new LlamaCompletion({ contextSequence: sequence })
        .generateCompletion(prompt, { signal: left.signal, stopOnAbortSignal: true, onToken, onTextChunk });
      sequence.dispose();
      active--;
      if (left.signal.aborted) return;
      controller.enqueue(tongue.end(prompt.length, output));
      controller.close();
    },
    cancel: () => left.abort(),
  });
  return new Response(body.pipeThrough(new TextEncoderStream()));
});
