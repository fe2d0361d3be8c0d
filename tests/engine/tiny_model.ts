/**
 * A language model of 2 MB for llama.cpp, made here: after whatever is said it says one sentence, and after an
 * exclamation mark one word for ever.
 *
 * Each token's embedding is a direction of its own, attention and feed-forward add nothing, and the output matrix leads
 * from each token to the one that follows it.
 */
import { Buffer } from "node:buffer";

const SENTENCE = ["▁Hello", "▁from", "▁a", "▁real", "▁engine", "."];
const FOREVER = "▁la";
/** What it says, once it is asked. */
export const SAYS = SENTENCE.join("").replaceAll("▁", " ");

const UNKNOWN = 0, BEGIN = 1, END = 2, FIRST_BYTE = 3, FIRST_WORD = FIRST_BYTE + 256;
const TOKENS = [
  "<unk>",
  "<s>",
  "</s>",
  ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
  ...SENTENCE,
  FOREVER,
];
/** As GGUF counts them: 1 is a word, 2 unknown, 3 a sign of control, 6 a byte. */
const KINDS = TOKENS.map((_, id) => id === UNKNOWN ? 2 : id < FIRST_BYTE ? 3 : id < FIRST_WORD ? 6 : 1);

const WIDTH = 320, HEADS = 10, CONTEXT = 4096;
/** How sure it is of the next token, beside which no other has a chance. */
const SURE = 4;

function next(token: number): number {
  const last = FIRST_WORD + SENTENCE.length - 1, forever = last + 1;
  if (token === FIRST_BYTE + 0x21 || token === forever) return forever;
  if (token === last) return END;
  return token >= FIRST_WORD ? token + 1 : FIRST_WORD;
}

/** The file, as GGUF 3 has it. */
export function tinyModel(): Uint8Array {
  const embeddings = matrix((token) => token, 1);
  const output = new Float32Array(WIDTH * TOKENS.length);
  for (const token of TOKENS.keys()) output[next(token) * WIDTH + token] = SURE;
  const square = [WIDTH, WIDTH];
  const tensors: [name: string, shape: number[], values: Float32Array][] = [
    ["token_embd.weight", [WIDTH, TOKENS.length], embeddings],
    ["output.weight", [WIDTH, TOKENS.length], output],
    ...["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"].map(
      (name): [string, number[], Float32Array] => [`${name}.weight`, [WIDTH], new Float32Array(WIDTH).fill(1)],
    ),
    ...["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"].map(
      (name): [string, number[], Float32Array] => [`blk.0.${name}.weight`, square, new Float32Array(WIDTH * WIDTH)],
    ),
  ];
  const facts: [key: string, type: number, value: Uint8Array][] = [
    ["general.architecture", 8, text("llama")],
    ["llama.context_length", 4, u32(CONTEXT)],
    ["llama.embedding_length", 4, u32(WIDTH)],
    ["llama.block_count", 4, u32(1)],
    ["llama.feed_forward_length", 4, u32(WIDTH)],
    ["llama.attention.head_count", 4, u32(HEADS)],
    ["llama.attention.layer_norm_rms_epsilon", 6, f32(1e-5)],
    ["llama.rope.dimension_count", 4, u32(WIDTH / HEADS)],
    ["tokenizer.ggml.model", 8, text("llama")],
    ["tokenizer.ggml.tokens", 9, list(8, TOKENS.map(text))],
    ["tokenizer.ggml.scores", 9, list(6, TOKENS.map(() => f32(0)))],
    ["tokenizer.ggml.token_type", 9, list(5, KINDS.map(u32))],
    ["tokenizer.ggml.unknown_token_id", 4, u32(UNKNOWN)],
    ["tokenizer.ggml.bos_token_id", 4, u32(BEGIN)],
    ["tokenizer.ggml.eos_token_id", 4, u32(END)],
  ];
  let offset = 0;
  const infos = tensors.map(([name, shape, values]) => {
    const at = offset;
    offset += values.byteLength;
    return Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(at)]);
  });
  const head = Buffer.concat([
    Buffer.from("GGUF"),
    u32(3),
    u64(tensors.length),
    u64(facts.length),
    ...facts.map(([key, type, value]) => Buffer.concat([text(key), u32(type), value])),
    ...infos,
  ]);
  // Values begin at a multiple of 32, and each tensor's length is one.
  const padding = Buffer.alloc((32 - head.length % 32) % 32);
  return Buffer.concat([head, padding, ...tensors.map(([, , values]) => Buffer.from(values.buffer))]);
}

function matrix(column: (row: number) => number, value: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(WIDTH * TOKENS.length);
  for (const row of TOKENS.keys()) values[row * WIDTH + column(row)] = value;
  return values;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function list(type: number, values: readonly Uint8Array[]): Buffer {
  return Buffer.concat([u32(type), u64(values.length), ...values]);
}
