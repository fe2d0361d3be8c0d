import { assertEquals } from "@std/assert";
import { SentencePieces } from "./sentence_pieces.ts";
import { piecesModel } from "./wake_model_fixture.ts";

const PIECES = { "▁HE": -2, "▁HELL": -6, "L": -3, "LO": -2.5, "O": -3, "▁MA": -4, "▁": -2, "MA": -1.5, "'S": -2 };

Deno.test("SentencePieces cuts words the likeliest way, not into the longest pieces", () => {
  const pieces = SentencePieces.read(piecesModel(PIECES))!;
  for (
    const [words, expected] of [
      // -7.5, and with the longest first piece -9.
      ["Hello", "▁HE L LO"],
      ["hello  MAO!", "▁HE L LO ▁ MA O"],
      ["Mao's", "▁ MA O 'S"],
      ["ｍａｏ", "▁ MA O"],
      ["Hiyori", undefined],
      ["真央", undefined],
      ["", undefined],
      ["!", undefined],
    ] as const
  ) {
    assertEquals(pieces.encode(words)?.join(" "), expected, words);
  }
  const small = SentencePieces.read(piecesModel({ "▁mao": -1 }))!;
  assertEquals(small.encode("MAO"), ["▁mao"]);
});

Deno.test("SentencePieces reads nothing of what is no unigram model", () => {
  const BPE = 2;
  const whole = piecesModel(PIECES);
  for (const bytes of [piecesModel(PIECES, BPE), piecesModel({}), whole.subarray(0, 40), new Uint8Array([0, 1, 2])]) {
    assertEquals(SentencePieces.read(bytes), undefined);
  }
});
