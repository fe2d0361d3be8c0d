import { assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";

function lines(chunks: string[], options?: { allowCR?: boolean }): Promise<string[]> {
  return Array.fromAsync(ReadableStream.from(chunks).pipeThrough(new TextLineStream(options)));
}

const CASES: { when: string; chunks: string[]; allowCR?: boolean; expected: string[] }[] = [
  { when: "lines end with LF", chunks: ["a\nb\n"], expected: ["a", "b"] },
  { when: "lines end with CR LF", chunks: ["a\r\nb\r\n"], expected: ["a", "b"] },
  { when: "the last line does not end", chunks: ["a\nb"], expected: ["a", "b"] },
  { when: "lines are blank", chunks: ["\n\na\n\n"], expected: ["", "", "a", ""] },
  { when: "a line comes in pieces", chunks: ["a", "", "b", "c\nd", "\n"], expected: ["abc", "d"] },
  { when: "CR LF comes in two pieces", chunks: ["a\r", "\nb"], expected: ["a", "b"] },
  { when: "CR is part of the text", chunks: ["a\rb\n", "c\r"], expected: ["a\rb", "c\r"] },
  { when: "nothing comes", chunks: [], expected: [] },
  { when: "CR ends lines", chunks: ["a\rb\nc\r\nd"], allowCR: true, expected: ["a", "b", "c", "d"] },
  { when: "CR LF comes in two pieces and CR ends lines", chunks: ["a\r", "\nb"], allowCR: true, expected: ["a", "b"] },
  { when: "CR comes at the end of a piece", chunks: ["a\r", "b\r", "c"], allowCR: true, expected: ["a", "b", "c"] },
  { when: "CR ends the last line", chunks: ["a\r"], allowCR: true, expected: ["a"] },
  { when: "several CR follow each other", chunks: ["a\r\rb\r"], allowCR: true, expected: ["a", "", "b"] },
];

for (const { when, chunks, allowCR = false, expected } of CASES) {
  Deno.test(`TextLineStream cuts text into lines when ${when}`, async () => {
    assertEquals(await lines(chunks, { allowCR }), expected);
  });
}

Deno.test("TextLineStream gives the same lines when the text is cut anywhere", async () => {
  const text = "one\r\n\ntwo\rthree\r\n\r\nfour";
  for (const allowCR of [false, true]) {
    const whole = await lines([text], { allowCR });
    for (let cut = 1; cut < text.length; cut++) {
      assertEquals(await lines([text.slice(0, cut), text.slice(cut)], { allowCR }), whole, `cut at ${cut}`);
    }
  }
});

Deno.test("TextLineStream gives a line of 8 MB when it comes in 2048 pieces", async () => {
  const piece = "x".repeat(4096);
  const [line, ...more] = await lines([...Array.from({ length: 2048 }, () => piece), "\nend"]);
  assertEquals(line?.length, 8 * 1024 * 1024);
  assertEquals(more, ["end"]);
});
