/** How words end in Japanese and Chinese, where there are no spaces: by the last letters. */
import type { Ending } from "./ending.ts";

const KANA = /\p{Script=Hiragana}|\p{Script=Katakana}/u;
const SIGNS = /[\s。．！!？?]+$/u;
const UNFINISHED_SIGNS = /[、，,…・～〜]\s*$/u;

/** Japanese: somebody thinks, asks for time, or a particle or a te-form wants more. */
const JA_OPEN =
  /(?:えっ?と|ええと|えー+|あの[うーぅ]*|その[うーぅ]+|うー*ん|んー+|なんか|まあ|ちょっと(?:待って|まって)(?:ください)?|待って|まって|そうですね[えー]*|って|ので|のに|けど|けれど|けども|だけど|ですが|ますが|たら|なら|ば|ながら|し|から|そして|それで|だから|でも|しかし|または|とか|や|は|が|を|に|へ|と|で|て|の|も)$/u;
/** These end with letters that are a particle elsewhere. */
const JA_COMPLETE =
  /(?:です|ます|でした|ました|ません|ない|たい|だ|た|よ|ね|な|か|かな|わ|ぞ|さ|る|う|く|す|ください|下さい|ちょうだい|でしょう?|だろう|しよう|いい|の[?？]|はい|いいえ|ありがとう|こんにちは|こんばんは|おはよう|もしもし|教えて|おしえて|やめて|止めて|見せて|聞いて|話して|して)$/u;
/** Chinese: conjunctions, prepositions, measure words and fillers want more. */
const ZH_OPEN =
  /(?:那个|这个|就是|就是说|然后|还有|和|跟|与|或者|还是|但是|可是|不过|因为|所以|如果|要是|虽然|而且|把|被|在|从|向|对|给|为了|关于|的时候|的话|嗯|呃|额|啊这|等等|等一下|等一等|稍等|我想想|让我想想|一个|一|很|非常|想|要|会|能|可以|我|你|他|她|它)$/u;
const ZH_COMPLETE =
  /(?:吗|呢|吧|了|啊|呀|嘛|啦|哦|的|好|是|对|不|没有|谢谢|你好|再见|什么|谁|哪里|哪儿|多少|怎么样|怎么办|为什么)$/u;
const NUMBERS = /[零〇一二三四五六七八九两幺0-9]+$/u;
/** Digits of a number that is told one by one. */
const WHOLE_NUMBER = 7;
/** Shorter texts are a word or two. */
const SHORT = 5;

/** @param text which ends with a letter of these languages, or a sign of theirs */
export function endingOfCjk(text: string): Ending {
  if (UNFINISHED_SIGNS.test(text)) return "open";
  const asked = /[？?]\s*$/u.test(text);
  const said = text.replace(SIGNS, "");
  const digits = NUMBERS.exec(said)?.[0].length ?? 0;
  if (digits > 1) return digits < WHOLE_NUMBER ? "open" : "complete";
  if (asked) return "complete";
  const [complete, open] = KANA.test(text) ? [JA_COMPLETE, JA_OPEN] : [ZH_COMPLETE, ZH_OPEN];
  const [ends, goesOn] = [complete.exec(said)?.[0].length ?? 0, open.exec(said)?.[0].length ?? 0];
  // The longer ending is the word: 教えて asks for something, て alone wants more.
  if (ends !== goesOn) return ends > goesOn ? "complete" : "open";
  if (ends > 0) return "unclear";
  return said.length >= SHORT && !KANA.test(text) ? "complete" : "unclear";
}
