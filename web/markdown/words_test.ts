/** What people and models write, and must be able to read: rows W1 to W14 of the kinds of input that are tried. */
import { assert, assertEquals } from "@std/assert";
import { MarkdownBlocks } from "./blocks.ts";

function whole(text: string, prose = false): string {
  return new MarkdownBlocks({ prose }).grow(text, true).finished.join("").replaceAll(' dir="ltr"', "").trim();
}

/** Feeds the text in pieces, and gives what stands in the end. */
function grown(text: string, size: () => number): string {
  const blocks = new MarkdownBlocks();
  const shown: string[] = [];
  for (let end = size();; end += size()) {
    const { finished, changed } = blocks.grow(text.slice(0, end), end >= text.length);
    shown.push(...finished);
    for (const [index, html] of changed) shown[index] = html;
    if (end >= text.length) return shown.join("").replaceAll(' dir="ltr"', "").trim();
  }
}

const LINK = '<a href="https://example.com/docs">';

/** HTML of a table with a head and one row. */
function table(...heads: string[]): (...cells: string[]) => string {
  const row = (name: string, texts: string[]) =>
    `<tr>\n${texts.map((text) => `<${name}>${text}</${name}>\n`).join("")}</tr>\n`;
  return (...cells) => `<table>\n<thead>\n${row("th", heads)}</thead>\n<tbody>\n${row("td", cells)}</tbody>\n</table>`;
}

const ROWS: Record<string, [text: string, expected: string][]> = {
  "W1: only what names an address defines a link": [
    ["[小美]: 你好！", "<p>[小美]: 你好！</p>"],
    ["[Mia]: hello", "<p>[Mia]: hello</p>"],
    ["[小美]: (微笑)\n\n[小美](微笑)", "<p>[小美]: (微笑)</p>\n<p>[小美](微笑)</p>"],
    ["[1]: https://example.com/docs", `<p>[1]: ${LINK}https://example.com/docs</a></p>`],
  ],
  "W1: a row of a table keeps what its head has no column for": [
    ["a | b\n--|--\nc | d | e | f", table("a", "b")("c", "d | e | f")],
    ["|a|b|\n|-|-|\n|c|`x|y`| z|", table("a", "b")("c", "<code>x|y</code>| z")],
    ["|a|\n|-|\n|c\\|d|  |\n", table("a")("c|d")],
    ["> |a|\n> |-|\n> |c|d|\n", `<blockquote>\n${table("a")("c|d")}\n</blockquote>`],
  ],
  "W1: a list is numbered as it is written, where that goes ahead": [
    [
      "1. a\n2. b\n\n5. c",
      '<ol>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n<li value="5">\n<p>c</p>\n</li>\n</ol>',
    ],
    ["7) a\n9) b\n10) c", '<ol start="7">\n<li>a</li>\n<li value="9">b</li>\n<li>c</li>\n</ol>'],
    ["1. a\n1. b\n1. c", "<ol>\n<li>a</li>\n<li>b</li>\n<li>c</li>\n</ol>"],
    [
      "3. a\n   - b\n   - c\n8. d",
      '<ol start="3">\n<li>a\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>\n</li>\n<li value="8">d</li>\n</ol>',
    ],
  ],
  "W2: only two tildes strike out": [
    ["价格10~20元，数量3~5个", "<p>价格10~20元，数量3~5个</p>"],
    ["~~old~~ new", "<p><s>old</s> new</p>"],
    ["~~~好开心\nx", "<p>~~~好开心<br>\nx</p>"],
  ],
  "W3: bold stands beside the punctuation of Chinese, Japanese and Korean": [
    ["これは**「重要」**な点です。", "<p>これは<strong>「重要」</strong>な点です。</p>"],
    ["**注意：**请看", "<p><strong>注意：</strong>请看</p>"],
    ['이것은 **"중요"**한', "<p>이것은 <strong>&quot;중요&quot;</strong>한</p>"],
  ],
  "W4: an address ends where the sentence goes on": [
    ["詳しくはhttps://example.com/docs。ありがとう", `<p>詳しくは${LINK}https://example.com/docs</a>。ありがとう</p>`],
    ["（https://example.com/docs）と", `<p>（${LINK}https://example.com/docs</a>）と</p>`],
    ["(https://example.com/docs).", `<p>(${LINK}https://example.com/docs</a>).</p>`],
    ["https://example.com/docsをどうぞ", `<p>${LINK}https://example.com/docs</a>をどうぞ</p>`],
    ["https://a.b/x_(y)", '<p><a href="https://a.b/x_(y)">https://a.b/x_(y)</a></p>'],
    [
      "https://zh.wikipedia.org/wiki/日本",
      '<p><a href="https://zh.wikipedia.org/wiki/%E6%97%A5%E6%9C%AC">https://zh.wikipedia.org/wiki/日本</a></p>',
    ],
  ],
  "W5: a link may be defined after it is used": [
    [
      "See [docs][1] here.\n\nMore text.\n\n[1]: https://example.com/docs",
      `<p>See ${LINK}docs</a> here.</p>\n<p>More text.</p>`,
    ],
    [
      "- [docs]\n\nMore.\n\n[Docs]: https://example.com/docs\n\nEnd.",
      `<ul>\n<li>${LINK}docs</a></li>\n</ul>\n<p>More.</p>\n<p>End.</p>`,
    ],
    ["A fact.[^1]\n\nMore.\n\n[^1]: Its source.", "<p>A fact.[^1]</p>\n<p>More.</p>\n<p>[^1]: Its source.</p>"],
  ],
  "W6: faces stand as they were written": [
    [">_< so shy", "<p>&gt;_&lt; so shy</p>"],
    ["¯\\_(ツ)_/¯ (*^_^*)", "<p>¯\\_(ツ)_/¯ (*^_^*)</p>"],
    ["> said\n>twice", "<blockquote>\n<p>said<br>\ntwice</p>\n</blockquote>"],
    ["**1.** *(a)* (*b*) snake\\_case", "<p><strong>1.</strong> <em>(a)</em> (<em>b</em>) snake_case</p>"],
  ],
  "W7: formulas are told apart from words and money": [
    [
      "\\(a_1+b_1\\) and \\[\\frac{a}{b}\\]",
      '<p><span class="formula">\\(a_1+b_1\\)</span> and <span class="formula">\\[\\frac{a}{b}\\]</span></p>',
    ],
    ["$$\nx\n= y\n$$\nso", '<div class="formula">$$\nx\n= y\n$$</div>\n<p>so</p>'],
    ["let $n$ and $a*b*c$", '<p>let <span class="formula">$n$</span> and <span class="formula">$a*b*c$</span></p>'],
    ["$5 and $10, $5-$10, US$5/HK$3", "<p>$5 and $10, $5-$10, US$5/HK$3</p>"],
    ["\\[laughs\\] \\(hi\\)", "<p>\\[laughs\\] \\(hi\\)</p>"],
    ["\\[\nx = 1\n\nnever closed", "<p>\\[<br>\nx = 1</p>\n<p>never closed</p>"],
  ],
  "W8: every block has its own direction, code stays left to right": [
    ["مرحبا! كيف حالك؟ استخدم `npm i`.", '<p dir="rtl">مرحبا! كيف حالك؟ استخدم <code>npm i</code>.</p>'],
    ["Hi\n\n- שלום\n- a", '<p>Hi</p>\n<ul dir="rtl">\n<li dir="rtl">שלום</li>\n<li>a</li>\n</ul>'],
    ["`npm i` مرحبا", '<p dir="rtl"><code>npm i</code> مرحبا</p>'],
  ],
  "W14: the box of a task is a box": [
    [
      "- [ ] open\n- [x] done",
      '<ul>\n<li class="task"><label><input type="checkbox" disabled> open</label></li>\n' +
      '<li class="task"><label><input type="checkbox" disabled checked> done</label></li>\n</ul>',
    ],
  ],
};

for (const [name, cases] of Object.entries(ROWS)) {
  Deno.test(name, () => {
    for (const [text, expected] of cases) {
      assertEquals(whole(text), expected);
      assertEquals(grown(text, () => 1), expected, `letter by letter: ${text}`);
    }
  });
}

const FACES = [
  ">_<",
  "^_^",
  "*_*",
  "(*^_^*)",
  "¯\\_(ツ)_/¯",
  "¯_(ツ)_/¯",
  "_(:з」∠)_",
  "\\(^o^)/",
  "(*´ω`*)",
  "(｡>﹏<｡)",
  "(*/ω＼*)",
  "T_T",
  "(*•̀ᴗ•́*)و",
  "(>_<)",
  "(^_-)",
  "m(_ _)m",
  "(*¯︶¯*)",
  "ヽ(*⌒∇⌒*)ﾉ",
  "(*≧ω≦)",
  "(╥_╥)",
  "ಠ_ಠ",
  "(*_*)",
  "o_O",
  "<3",
];

Deno.test("W6: faces stand as they were written, also two in a line", () => {
  for (const face of FACES) {
    for (const text of [face, `Hi ${face} you`, `嗯${face}好`, `${face} and ${face}`]) {
      assertEquals(textOf(whole(text)), text);
    }
  }
});

Deno.test("W9: a greeting reads as prose, with its harmless formatting and without its tags", () => {
  const cases: [string, string][] = [
    ["    She waits.", "<p>She waits.</p>"],
    ['<div class="x">Hi <b onclick="x">you</b></div>', "<p>Hi <b>you</b></p>"],
    ['<img src="https://x.example/a.png">Hello <3', "<p>Hello &lt;3</p>"],
    ["a<style>b{}</style>c <whispers> d", "<p>ac &lt;whispers&gt; d</p>"],
    ["<center>*She smiles.*</center>", "<p><em>She smiles.</em></p>"],
    ["one<p>two</p>three", "<p>one<br>\ntwo<br>\nthree</p>"],
  ];
  for (const [text, expected] of cases) {
    assertEquals(whole(text, true).replaceAll(/\s*<br>\s*<\/p>/g, "</p>"), expected, text);
  }
});

/** The words of HTML, with what its attributes hold of the text. */
function textOf(html: string): string {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return html.replace(/<code title="([^"]*)">/g, "$1").replace(/<\/?[a-z][^>]*>/g, "")
    .replace(/&(amp|lt|gt|quot);/g, (_, name) => entities[name]!);
}

/** A row of numbers that looks random and is the same every time. */
function dice(seed: number): (sides: number) => number {
  return (sides) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor(seed / 65536) % sides;
  };
}

const PIECES = [
  ..."*_`~#>-+=|[]()!<\\:$^「」『』（）【】，。！？…—“”'\"&;.\t",
  "**",
  "~~",
  "```",
  "~~~",
  "> ",
  "- ",
  "# ",
  "\n",
  "\n",
  "\n\n",
  " ",
  " ",
  "    ",
  "word",
  "Été",
  "日本語",
  "你好",
  "안녕",
  "مرحبا",
  "שלום",
  "ไทย",
  "नमस्ते",
  "привет",
  "👩‍👩‍👧",
  "😊",
  "e\u0301",
  "|---|",
  "[x]: ",
  "[ ] ",
  "<b>",
  "\\(",
  "\\)",
  "\\[",
  "\\]",
  "$$",
  "<i",
  "--- ",
  "x=",
  ...FACES,
];

/** What is Markdown's own, and so may go. */
const SIGNS = /[\s*_`~#>|+\-=[\]()!<\\&;:."'$]/g;

Deno.test("whatever is written is on the page, whole, and the same however it came", () => {
  for (let seed = 1; seed <= 1500; seed++) {
    const roll = dice(seed * 7919);
    const text = Array.from({ length: 1 + roll(40) }, () => PIECES[roll(PIECES.length)]).join("");
    const html = whole(text);
    assertEquals(textOf(html).replace(SIGNS, ""), text.replace(SIGNS, ""), JSON.stringify(text));
    assertEquals(grown(text, () => 1 + roll(6)), html, JSON.stringify(text));
    assert(!/\son\w+=|style=|<script/i.test(html.replace(/>[^<]*</g, "><")), html);
  }
});
