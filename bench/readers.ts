/** The two ways of reading an answer: straight from Ollama, and through a relay's WebSocket. */
import type { Meter } from "./meter.ts";
import { promptOf, type Run } from "./plan.ts";
import { RawSocket } from "./raw_socket.ts";
import { SUBPROTOCOL } from "@/lib/protocol/v2.ts";

/**
 * Reads answers straight from Ollama: fetch, split, JSON.parse for each line. Not the fastest way there is, but the
 * one that any page or script would take.
 */
export async function readDirectly(run: Run, meter: Meter): Promise<void> {
  const body = JSON.stringify({ model: "qwen2.5", prompt: promptOf(run), stream: true });
  for (let answer = 0; answer < run.answers; answer++) {
    const response = await fetch(`${run.url}/api/generate`, { method: "POST", body });
    if (!response.ok) throw new Error(`Cannot read from the stub: ${response.status} ${await response.text()}`);
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of response.body!) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const { response: text } = JSON.parse(line) as { response: string };
        if (text !== "") meter.take(1, run.stamp ? text : undefined);
      }
    }
  }
}

/** Opens a socket of the run's protocol, ready for a prompt. */
export async function openSocket(way: "plain" | "v2", url: string): Promise<RawSocket> {
  if (way === "plain") return await RawSocket.open(url);
  const socket = await RawSocket.open(url, SUBPROTOCOL);
  await socket.send('{"type":"hello"}');
  return socket;
}

/** Asks over a socket, reads the answers, and closes it. */
export async function readSocket(run: Run, socket: RawSocket, meter: Meter): Promise<void> {
  const joined = run.way === "v2";
  const text = promptOf(run);
  let asked = 0;
  const ask = () => {
    const turn = `t${++asked}`;
    return socket.send(JSON.stringify(joined ? { type: "prompt", turn, text } : { prompt: text }));
  };
  await ask();
  await socket.read((payload) => {
    switch (kindOf(payload)) {
      case "chunk":
        if (joined) meter.takeJoined(payload, run.stamp);
        else meter.takePlain(payload, run.stamp);
        return;
      case "end":
        return asked === run.answers ? socket.close() : void ask();
      case "error":
        throw new Error(`The relay failed: ${new TextDecoder().decode(payload)}`);
    }
  });
}

const [BLANK, C, E, N, R] = [..." cenr"].map((char) => char.charCodeAt(0));

/** A frame's type, told by its first letters: `{"type":"chunk"…`, or `{"type": "chunk"…` as Python writes it. */
function kindOf(payload: Uint8Array): "chunk" | "end" | "error" | "other" {
  const at = payload[8] === BLANK ? 10 : 9;
  if (payload[at] === C) return "chunk";
  if (payload[at] !== E) return "other";
  return payload[at + 1] === N ? "end" : payload[at + 1] === R ? "error" : "other";
}
