/**
 * Cuts words into the pieces that a model was trained with, as sentencepiece does it for unigram models: of all ways to
 * cut them the likeliest (Viterbi), by the pieces' scores.
 */
import { BYTES, FIXED32, FIXED64, ProtobufReader, VARINT } from "@/lib/sherpa/protobuf.ts";

/** Fields of `ModelProto`, `SentencePiece` and `TrainerSpec` (sentencepiece_model.proto). */
const PIECES = 1;
const TRAINER = 2;
const PIECE = 1;
const SCORE = 2;
const TYPE = 3;
const MODEL_TYPE = 3;
/** The kind of piece that words are made of, which is not written where it is usual. */
const NORMAL = 1;
/** The kind of model that is cut so, which is not written either. */
const UNIGRAM = 1;
/** What stands for a space, and before the first word. */
const SPACE = "▁";

type Field = { field: number; value: number | Uint8Array };

/** The pieces into which a model wants words cut, each with its score. */
export class SentencePieces {
  readonly #scores: ReadonlyMap<string, number>;
  readonly #longest: number;
  readonly #isUpper: boolean;

  private constructor(scores: ReadonlyMap<string, number>) {
    this.#scores = scores;
    this.#longest = Math.max(...[...scores.keys()].map(({ length }) => length));
    const letters = [...scores.keys()].join("");
    this.#isUpper = letters === letters.toUpperCase();
  }

  /**
   * Reads what sentencepiece has written (`bpe.model`).
   *
   * @returns undefined when it is no such model, or one that cuts words otherwise
   */
  static read(bytes: Uint8Array): SentencePieces | undefined {
    const scores = new Map<string, number>();
    for (const one of fieldsOf(bytes) ?? []) {
      if (!(one.value instanceof Uint8Array) || (one.field !== PIECES && one.field !== TRAINER)) continue;
      const inner = fieldsOf(one.value);
      if (inner === undefined) return undefined;
      if (one.field === PIECES) {
        const piece = pieceOf(inner);
        if (piece !== undefined) scores.set(...piece);
      } else if (numberOf(inner, MODEL_TYPE, UNIGRAM) !== UNIGRAM) {
        return undefined;
      }
    }
    return scores.size === 0 ? undefined : new SentencePieces(scores);
  }

  /** The pieces of words; undefined where the model has none for a sign of them. */
  encode(words: string): string[] | undefined {
    const plain = words.normalize("NFKC").split(/[^\p{L}\p{M}\p{N}']+/u).filter((word) => word !== "").join(SPACE);
    const text = SPACE + (this.#isUpper ? plain.toUpperCase() : plain.toLowerCase());
    /** Of the text up to each place: how likely the best way to cut it is, and where its last piece begins. */
    const best: { score: number; from: number }[] = [{ score: 0, from: 0 }];
    for (let to = 1; to <= text.length; to++) {
      let found = { score: -Infinity, from: -1 };
      for (let from = Math.max(0, to - this.#longest); from < to; from++) {
        const score = best[from]!.score + (this.#scores.get(text.slice(from, to)) ?? -Infinity);
        if (score > found.score) found = { score, from };
      }
      best.push(found);
    }
    const pieces: string[] = [];
    for (let to = text.length; to > 0; to = best[to]!.from) {
      if (best[to]!.score === -Infinity) return undefined;
      pieces.unshift(text.slice(best[to]!.from, to));
    }
    return text === SPACE ? undefined : pieces;
  }
}

function pieceOf(fields: readonly Field[]): [piece: string, score: number] | undefined {
  const piece = fields.find(({ field }) => field === PIECE)?.value;
  const score = fields.find(({ field }) => field === SCORE)?.value;
  if (!(piece instanceof Uint8Array) || numberOf(fields, TYPE, NORMAL) !== NORMAL) return undefined;
  const isFloat = score instanceof Uint8Array && score.length === 4;
  return [
    new TextDecoder().decode(piece),
    isFloat ? new DataView(score.buffer, score.byteOffset).getFloat32(0, true) : 0,
  ];
}

function numberOf(fields: readonly Field[], wanted: number, usual: number): number {
  const value = fields.find(({ field }) => field === wanted)?.value;
  return typeof value === "number" ? value : usual;
}

/** The fields of a message; undefined when it is none. */
function fieldsOf(bytes: Uint8Array): Field[] | undefined {
  const reader = new ProtobufReader(bytes);
  const fields: Field[] = [];
  while (!reader.ended) {
    const tag = reader.varint();
    if (tag === undefined || tag >> 3 === 0) return undefined;
    const value = valueOf(reader, tag & 7);
    if (value === undefined) return undefined;
    fields.push({ field: tag >> 3, value });
  }
  return fields;
}

function valueOf(reader: ProtobufReader, wire: number): number | Uint8Array | undefined {
  if (wire === VARINT) return reader.varint();
  const length = wire === BYTES ? reader.varint() : { [FIXED64]: 8, [FIXED32]: 4 }[wire];
  return length === undefined ? undefined : reader.bytes(length);
}
