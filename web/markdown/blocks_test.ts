import { assertEquals, assertStringIncludes } from "@std/assert";
import { MarkdownBlocks } from "./blocks.ts";

function whole(text: string, prose = false): string {
  return new MarkdownBlocks({ prose }).grow(text, true).finished.join("");
}

/** Feeds the text in pieces and gives what stands in the end. */
function grown(text: string, size: () => number): string {
  const blocks = new MarkdownBlocks();
  const shown: string[] = [];
  const take = (text: string, complete: boolean) => {
    const { finished, changed } = blocks.grow(text, complete);
    shown.push(...finished);
    for (const [index, html] of changed) shown[index] = html;
  };
  for (let end = size(); end < text.length; end += size()) take(text.slice(0, end), false);
  take(text, true);
  return shown.join("");
}

const RICH = [
  "# Title",
  "A *paragraph* with `code` and a [link](https://example.com).\nSecond line",
  "- one\n- two\n\n  more of two\n- three",
  "1. first\n2. second",
  "```js\nconst a = 1;\n\nconst b = 2;\n```",
  "| a | b |\n|---|---|\n| 1 | 2 |",
  "> quoted\n> twice",
  "Setext\n---",
  "***",
  "日本語の段落です。**太字**と`コード`。",
].join("\n\n");

Deno.test("MarkdownBlocks gives the same in the end, however the text came", () => {
  const expected = whole(RICH);
  for (const size of [1, 2, 3, 7, 20, 100]) assertEquals(grown(RICH, () => size), expected, `in pieces of ${size}`);
});

Deno.test("MarkdownBlocks finishes a block when the next one begins", () => {
  const blocks = new MarkdownBlocks();
  const states: [text: string, complete: boolean, finished: string[], open: string][] = [
    ["One", false, [], '<p dir="ltr">One</p>\n'],
    ["One\n\n", false, [], '<p dir="ltr">One</p>\n'],
    ["One\n\nTwo", false, [], '<p dir="ltr">One</p>\n<p dir="ltr">Two</p>\n'],
    ["One\n\nTwo\n", false, ['<p dir="ltr">One</p>\n'], '<p dir="ltr">Two</p>\n'],
    ["One\n\nTwo\n", true, ['<p dir="ltr">Two</p>\n'], ""],
  ];
  for (const [text, complete, finished, open] of states) {
    assertEquals(blocks.grow(text, complete), { finished, open, changed: new Map() }, text);
  }
});

Deno.test("MarkdownBlocks holds back what the next letter decides", () => {
  for (const end of ["\n-", "\n=", "\n1", "\n1.", "\n#", "\n*", "\n``", "\n>"]) {
    assertEquals(new MarkdownBlocks().grow("Text" + end, false).open, '<p dir="ltr">Text</p>\n', JSON.stringify(end));
  }
  assertStringIncludes(new MarkdownBlocks().grow("Text\n- x", false).open, '<li dir="ltr">x</li>');
  assertEquals(whole("Text\n-"), '<h5 dir="ltr">Text</h5>\n');
});

Deno.test("MarkdownBlocks shows code as code before its fence is closed", () => {
  assertEquals(
    new MarkdownBlocks().grow("```py\nprint(1)\n", false).open,
    '<pre dir="ltr"><code title="py">print(1)\n</code></pre>\n',
  );
});

Deno.test("MarkdownBlocks never loses HTML that was written, and never lets it act", () => {
  const cases: [text: string, expected: string][] = [
    ["<div onclick=x>\nhi</div>", '<p dir="ltr">&lt;div onclick=x&gt;<br>\nhi&lt;/div&gt;</p>\n'],
    ["a <b>bold</b> word", '<p dir="ltr">a &lt;b&gt;bold&lt;/b&gt; word</p>\n'],
    ["a<br>b", '<p dir="ltr">a<br>\nb</p>\n'],
    ["![cat](https://x.example/c.png)", '<p><a href="https://x.example/c.png">cat</a></p>\n'],
    ["<script>alert(1)</script>", '<p dir="ltr">&lt;script&gt;alert(1)&lt;/script&gt;</p>\n'],
    ["[in](javascript:x()) [a](notes.md)", '<p dir="ltr">[in](javascript:x()) [a](notes.md)</p>\n'],
  ];
  for (const [text, expected] of cases) assertEquals(whole(text), expected, text);
});

Deno.test("MarkdownBlocks puts an answer's headings below the page's own", () => {
  assertEquals(whole("# a\n\n###### b"), '<h4 dir="ltr">a</h4>\n<h6 dir="ltr">b</h6>\n');
});
