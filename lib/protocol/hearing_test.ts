import { assertEquals, assertThrows } from "@std/assert";
import { parseClientFrame } from "./client_frame.ts";
import { decodeMicrophone, encodeMicrophone, type HearingClientFrame, type HearingServerFrame } from "./hearing.ts";
import { parseServerFrame } from "./server_frame.ts";

Deno.test("a binary frame is read as it was written, little-endian behind a header of 16 bytes", () => {
  const sound = { stream: 4_000_000_000, position: 2 ** 40, samples: Int16Array.of(0, 1, -1, 32_767, -32_768) };
  const bytes = encodeMicrophone(sound);
  assertEquals(decodeMicrophone(bytes.buffer), sound);
  assertEquals([...bytes.slice(0, 8)], [1, 0, 0, 0, 0x00, 0x28, 0x6b, 0xee]);
  assertEquals([...bytes.slice(16, 20)], [0, 0, 1, 0]);
  assertEquals(decodeMicrophone(encodeMicrophone({ ...sound, samples: new Int16Array() }).buffer).samples.length, 0);
});

Deno.test("decodeMicrophone() says what is wrong with a frame", () => {
  const good = encodeMicrophone({ stream: 1, position: 0, samples: new Int16Array(4) });
  const changed = (at: number, byte: number) => {
    const bytes = good.slice();
    bytes[at] = byte;
    return bytes;
  };
  const at = (position: number) => encodeMicrophone({ stream: 1, position, samples: new Int16Array(4) });
  const cases: [bytes: Uint8Array<ArrayBuffer>, words: string][] = [
    [new Uint8Array(0), "0 bytes, its header alone has 16"],
    [new Uint8Array(5 * 1024 * 1024), "5242880 bytes, at most 32768 are taken"],
    [changed(0, 2), "of kind 2, it must be 1"],
    [changed(1, 1), "three zeros behind it"],
    [changed(3, 9), "three zeros behind it"],
    [good.slice(0, -1), "7 bytes, each must have two"],
    [at(-1), "position is -1"],
    [at(0.5), "position is 0.5"],
    [at(NaN), "position is NaN"],
    [at(Infinity), "position is Infinity"],
  ];
  for (const [bytes, words] of cases) assertThrows(() => decodeMicrophone(bytes.buffer), SyntaxError, words);
});

Deno.test("a page's frames about its microphone are read, and what is wrong in one is named", () => {
  const frames: HearingClientFrame[] = [
    { type: "listen", stream: 1, mode: "hold" },
    { type: "unlisten", stream: 1 },
    { type: "playback", stream: 1, position: 320 },
    { type: "playback", stream: 1, position: 320, turn: "t", index: 2, ms: 12.5 },
    { type: "utterance", id: "u", text: "Hel", final: false },
    { type: "utterance", id: "u", text: "Hello", final: true },
  ];
  for (const frame of frames) assertEquals(parseClientFrame(JSON.stringify({ ...frame, unknown: 1 })), frame);
  const cases: [frame: string, words: string][] = [
    ['{"type":"listen","stream":1,"mode":"always"}', 'mode is "always", it must be one of hold, open, wake'],
    ['{"type":"listen","stream":-1,"mode":"open"}', "stream must be a whole number"],
    ['{"type":"unlisten","stream":4294967296}', "stream is 4294967296, it must be at most 4294967295"],
    ['{"type":"playback","stream":1,"position":0,"turn":"t"}', "index must be a whole number"],
    ['{"type":"playback","stream":1,"position":0,"turn":"t","index":0}', "ms must be a number"],
    ['{"type":"utterance","id":"","text":"","final":true}', "id must have 1 to 64"],
  ];
  for (const [frame, words] of cases) assertThrows(() => parseClientFrame(frame), SyntaxError, words);
});

Deno.test("a server's frames about the microphone are read, and what is wrong in one is named", () => {
  const frames: HearingServerFrame[] = [
    { type: "listening", stream: 1, engine: "sherpa", away: false },
    { type: "listening", stream: 1, engine: "openai", away: true, host: "stt.example" },
    { type: "activity", stream: 1, speaking: true, position: 16_000 },
    { type: "transcript", id: "u", text: "Hel", final: false },
    { type: "transcript", id: "u", text: "Hello", final: true, turn: "t" },
    { type: "interruption", turn: "t", verdict: "lower" },
  ];
  for (const frame of frames) assertEquals(parseServerFrame(JSON.stringify(frame)), frame);
  const failed = { type: "error", stream: 1, code: "hearing_failed", message: "Deaf", hint: "Write instead" } as const;
  assertEquals(parseServerFrame(JSON.stringify(failed)), failed);
  const odd = '{"type":"interruption","turn":"t","verdict":"shrug"}';
  assertThrows(() => parseServerFrame(odd), SyntaxError, 'verdict is "shrug"');
});
