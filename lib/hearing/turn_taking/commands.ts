/** Words that ask her to stop, and nothing else, in English, Japanese and Chinese. */

const ENGLISH =
  /^(?:(?:please|oh|okay|just|but|now|stop|(?:stop|drop) (?:it|that|this|there|talking|speaking)|wait|halt|pause|cancel|no|nope|hey|listen|sorry|silence|hush|(?:be |keep )?quiet|(?:that's |that is )?enough|hold (?:on|it)|hang on|excuse me|never ?mind|shut up|not now|(?:just )?(?:a|one) (?:moment|second|minute))(?: |$))+$/;
const CHINESE = /^(?:停|停下|停一下|别说了|不要说了|等等|等一下|等一等|不|不是|不对|不要|够了|安静|闭嘴|打住)+$/u;
const JAPANESE =
  /^(?:ちょっと|待って|まって|止めて|やめて|止まって|ストップ|黙って|静かに|もういい|いや|違う|ちがう|だめ|ねえ|あのさ|すみません|ください|して)+$/u;
/** These go with a command, and are none. */
const BESIDE = /\b(?:please|oh|okay|just|but|now)\b|ちょっと|ください|して/gu;

/** Whether a text has such words and no other. */
export function isCommand(text: string): boolean {
  const said = text.normalize("NFKC").toLowerCase().replaceAll("’", "'").replace(/[^\p{L}\p{M}']+/gu, " ").trim();
  if (said.replace(BESIDE, "").trim() === "") return false;
  const plain = said.replaceAll(" ", "");
  return ENGLISH.test(said) || JAPANESE.test(plain) || CHINESE.test(plain);
}
