import { assertEquals, assertStringIncludes } from "@std/assert";
import { MarkdownBlocks } from "./blocks.ts";

function whole(text: string): string {
  return new MarkdownBlocks().grow(text, true).finished.join("");
}

/** Feeds the text in pieces and gives what stands in the end. */
function grown(text: string, size: number): string {
  const blocks = new MarkdownBlocks();
  let finished = "";
  for (let end = size; end < text.length; end += size) {
    finished += blocks.grow(text.slice(0, end), false).finished.join("");
  }
  return finished + blocks.grow(text, true).finished.join("");
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
  for (const size of [1, 2, 3, 7, 20, 100]) assertEquals(grown(RICH, size), expected, `in pieces of ${size}`);
});

Deno.test("MarkdownBlocks finishes a block when the next one begins", () => {
  const blocks = new MarkdownBlocks();
  assertEquals(blocks.grow("One", false), { finished: [], open: "<p>One</p>\n" });
  assertEquals(blocks.grow("One\n\n", false), { finished: [], open: "<p>One</p>\n" });
  assertEquals(blocks.grow("One\n\nTwo", false), { finished: ["<p>One</p>\n"], open: "<p>Two</p>\n" });
  assertEquals(blocks.grow("One\n\nTwo", true), { finished: ["<p>Two</p>\n"], open: "" });
});

Deno.test("MarkdownBlocks holds back what the next letter decides", () => {
  for (const end of ["\n-", "\n=", "\n1", "\n1.", "\n#", "\n*", "\n``", "\n>"]) {
    assertEquals(new MarkdownBlocks().grow("Text" + end, false).open, "<p>Text</p>\n", JSON.stringify(end));
  }
  assertStringIncludes(new MarkdownBlocks().grow("Text\n- x", false).open, "<li>x</li>");
  assertEquals(whole("Text\n-"), "<h5>Text</h5>\n");
});

Deno.test("MarkdownBlocks shows code as code before its fence is closed", () => {
  assertEquals(
    new MarkdownBlocks().grow("```py\nprint(1)\n", false).open,
    '<pre><code class="language-py">print(1)\n</code></pre>\n',
  );
});

Deno.test("MarkdownBlocks never loses HTML that was written, and never lets it act", () => {
  const cases: [text: string, expected: string][] = [
    ["<div onclick=x>\nhi</div>", "<p>&lt;div onclick=x&gt;<br>hi&lt;/div&gt;</p>\n"],
    ["a <b>bold</b> word", "<p>a &lt;b&gt;bold&lt;/b&gt; word</p>\n"],
    ["a<br>b", "<p>a<br>b</p>\n"],
    ["![cat](https://x.example/c.png)", '<p><a href="https://x.example/c.png">cat</a></p>\n'],
    ["<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"],
  ];
  for (const [text, expected] of cases) assertEquals(whole(text), expected, text);
});

Deno.test("MarkdownBlocks puts an answer's headings below the page's own", () => {
  assertEquals(whole("# a\n\n###### b"), "<h4>a</h4>\n<h6>b</h6>\n");
});

Deno.test("MarkdownBlocks shows tasks as signs, not as controls", () => {
  const list = whole("- [x] done\n- [ ] open");
  assertStringIncludes(list, "☑ ");
  assertStringIncludes(list, "☐ ");
  assertEquals(list.includes("<input"), false);
});
