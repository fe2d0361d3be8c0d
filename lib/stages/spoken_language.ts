/** Which language a sentence is in: by its script, and for the Latin one by its commonest words. */

/** Scripts that one language is taken for, and its code (BCP 47). */
const SCRIPTS: readonly [script: RegExp, language: string][] = [
  [/\p{Script=Hangul}/gu, "ko"],
  [/\p{Script=Cyrillic}/gu, "ru"],
  [/\p{Script=Greek}/gu, "el"],
  [/\p{Script=Arabic}/gu, "ar"],
  [/\p{Script=Hebrew}/gu, "he"],
  [/\p{Script=Devanagari}/gu, "hi"],
  [/\p{Script=Bengali}/gu, "bn"],
  [/\p{Script=Tamil}/gu, "ta"],
  [/\p{Script=Thai}/gu, "th"],
  [/\p{Script=Georgian}/gu, "ka"],
  [/\p{Script=Armenian}/gu, "hy"],
];
/** Letters that only some languages of a script have. */
const OWN_LETTERS: Record<string, [letters: RegExp, language: string]> = {
  ru: [/[іїєґ]/i, "uk"],
  ar: [/[پچژگ]/, "fa"],
};
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const HAN = /\p{Script=Han}/gu;
const LATIN = /\p{Script=Latin}/gu;
/** A letter of these says as much as some of an alphabet. */
const IDEOGRAPH_LETTERS = 3;

/**
 * Words that are frequent in one language and rare in the others. Detectors by trigrams were tried: those small enough
 * to come with a first start take every second short sentence for another language.
 */
const WORDS: Record<string, string> = {
  en: "the and you is are was were of to that this it what with for have i'm it's don't my your how not would like " +
    "thank hello hi yes sure here there they she he we can will be been think know about just well good love i " +
    "a an in on at as or if but our once then come do no so men man die most",
  de: "der die das und ich ist nicht du wir sie ein eine einen es mit auf für dir mir dich mich wie was auch aber " +
    "kann bin bist sind hallo ja nein danke gut guten sehr von zu dem den heiße natürlich",
  fr: "le les et je est pas tu vous nous une des du il elle c'est j'ai ça que qui dans pour avec sur très bien oui " +
    "bonjour merci mais suis la de un en à au peux avez être comment je m'appelle bonne aux",
  es: "el los las y es no yo tú usted una que con por para muy está estoy soy eres hola gracias pero como cómo qué " +
    "más sí me te puedo claro bueno buenos días del al la de un en",
  it: "il lo gli e è non io tu sono sei una che di con per molto ciao grazie ma come cosa più sì mi ti posso della " +
    "certo bella buon buongiorno perché anche sto stai la un in a",
  pt: "os as e é não eu você uma que com por para muito está estou sou olá obrigado obrigada mas como mais sim me " +
    "posso da do na no em meu minha claro bom isso essa de um",
  nl:
    "de het een en ik is niet je jij wij zij met voor van op dat wat hoe ook maar kan ben bent zijn hallo dank goed " +
    "goede naar heet natuurlijk gaat",
  pl: "i nie jest to się na w z do że jak co ale mam mogę dla jestem cześć dzień dobry tak dziękuję mi bardzo",
  sv: "och jag är inte det en ett du vi som på med för hej tack men kan vad hur mycket också har att",
  tr: "ve bir bu ben sen değil için çok ne nasıl evet hayır merhaba teşekkür ama var da de mı mi benim",
  id: "dan saya kamu tidak yang ini itu di ke dari untuk dengan apa bisa akan sangat halo terima kasih ya ada",
  vi: "và tôi bạn là không của có một cho với này đó rất gì được xin chào cảm ơn nhưng tên",
};
const languagesOfWord = new Map<string, string[]>();
for (const [language, words] of Object.entries(WORDS)) {
  for (const word of words.split(" ")) {
    languagesOfWord.set(word, [...languagesOfWord.get(word) ?? [], language]);
  }
}

/** Tells the language of each sentence of a turn. What one does not show is taken from those before it. */
export class SpokenLanguage {
  #latin: string;
  #han: string;
  /** Whether the turn itself has shown the language of its Latin letters. */
  #told = false;

  /** @param fallback language of a text that does not show its own (BCP 47) */
  constructor(fallback: string) {
    const [primary = fallback] = fallback.toLowerCase().split("-");
    const own = primary === "ja" || primary === "zh";
    this.#latin = own ? "en" : primary;
    this.#han = own ? primary : "zh";
  }

  of(sentence: string): string {
    const kana = count(sentence, KANA);
    const ideographs = (kana + count(sentence, HAN)) * IDEOGRAPH_LETTERS;
    let most = count(sentence, LATIN);
    let language: string | undefined;
    for (const [script, its] of SCRIPTS) {
      const letters = count(sentence, script);
      if (letters > most) [most, language] = [letters, its];
    }
    if (ideographs > most) {
      if (kana > 0) this.#han = "ja";
      return this.#han;
    }
    if (language === undefined) return this.#latinOf(sentence);
    const [letters, other] = OWN_LETTERS[language] ?? [];
    return letters?.test(sentence) ? other! : language;
  }

  /** What {@linkcode of} would tell of a sentence that may still turn out to be another one. */
  likelyOf(sentence: string): string {
    const [latin, han, told] = [this.#latin, this.#han, this.#told];
    const language = this.of(sentence);
    [this.#latin, this.#han, this.#told] = [latin, han, told];
    return language;
  }

  /** One word tells the language of a turn, but it takes two to change it: a turn seldom does. */
  #latinOf(sentence: string): string {
    const { language, words } = mostWords(sentence);
    if (language !== undefined && (words > 1 || !this.#told)) {
      this.#latin = language;
      this.#told = true;
    }
    return this.#latin;
  }
}

function count(text: string, letters: RegExp): number {
  return text.match(letters)?.length ?? 0;
}

/** The language most of whose frequent words a sentence has, and how many; none when several have as many. */
function mostWords(sentence: string): { language: string | undefined; words: number } {
  const scores = new Map<string, number>();
  for (const [word] of sentence.toLowerCase().replaceAll("’", "'").matchAll(/\p{L}+(?:'\p{L}+)?/gu)) {
    for (const language of languagesOfWord.get(word) ?? []) scores.set(language, (scores.get(language) ?? 0) + 1);
  }
  const [[language = undefined, words = 0] = [], [, others = 0] = []] = [...scores].toSorted(([, a], [, b]) => b - a);
  return { language: words > others ? language : undefined, words };
}
