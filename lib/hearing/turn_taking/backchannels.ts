/** Words that only say "I am listening", in English, Japanese and Chinese. */

const ENGLISH = new Set(
  ("mm mhm mmhm mmhmm hm hmm hmmm uh huh uhhuh um hum yeah yep yup yes ya okay ok right sure oh ah aha wow cool nice great " +
    "really exactly true good i see got it of course haha ha lol hi so").split(" "),
);
const JAPANESE =
  /^(?:うん|ううん|うんうん|ええ|はい|はいはい|へえ|へー|ほう|ふうん|ふーん|なるほど|そう|そうですね|そうですか|そうなんだ|そっか|ああ|あー|おお|まあ|確かに|本当|ほんと|すごい)+$/u;
const CHINESE = /^(?:嗯+|哦+|噢|啊+|对+|对的|是|是的|是吗|好+|好的|好吧|行|没错|这样啊|真的吗|哈+|嗯哼|原来如此)+$/u;

/** Whether a text has such words and no other. Nothing at all is none. */
export function isBackchannel(text: string): boolean {
  const said = text.normalize("NFKC").toLowerCase().trim();
  const plain = said.replace(/[\s\p{P}]/gu, "");
  if (JAPANESE.test(plain) || CHINESE.test(plain)) return true;
  const words = said.match(/[\p{L}\p{M}']+/gu) ?? [];
  return words.length > 0 && words.every((word) => ENGLISH.has(word));
}
