/**
 * The relay that anybody would write first: fetch, TextLineStream, one send for each line. It has no limits, no way to
 * stop and no memory. Beside it the table shows what the ways of `lib/` bring, and what they cost.
 */
import { TextLineStream } from "@std/streams";

const ollama = Deno.args[0];
if (ollama === undefined) throw new Error("Say where Ollama is: deno run -A bench/straight_relay.ts <url>");

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  // deno-lint-ignore no-console -- read by the process that started this one
  onListen: ({ port }) => console.log(`The straight relay listens at http://127.0.0.1:${port}`),
}, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.addEventListener("message", async ({ data }) => {
    const { prompt } = JSON.parse(data) as { prompt: string };
    socket.send('{"type":"start"}');
    const body = JSON.stringify({ model: "qwen2.5", prompt, stream: true });
    const answer = await fetch(`${ollama}/api/generate`, { method: "POST", body });
    for await (const line of answer.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      const { response: text } = JSON.parse(line) as { response: string };
      if (text !== "") socket.send(JSON.stringify({ type: "chunk", data: text }));
    }
    socket.send('{"type":"end"}');
  });
  return response;
});
