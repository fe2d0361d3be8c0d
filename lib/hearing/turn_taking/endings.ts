/** How words end: whether a sentence could be over here, in English, Japanese and Chinese. No grammar, lists of words. */
import { endingOfCjk } from "./cjk_endings.ts";
import type { Ending } from "./ending.ts";

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

/** Behind these more must come. */
const OPENERS = words(
  "and but or so because cause since although though unless until while whereas if whether than plus then " +
    "the a an my your his our their its this these those every each another " +
    "of from into onto upon without between among against during despite via per " +
    "i we they he she who which whose what's that's there's it's he's she's i'm you're we're they're i'll you'll we'll " +
    "i've you've we've they've i'd you'd am is are was were be been being has had does did can could will would shall " +
    "should may might must gonna wanna gotta let's don't doesn't didn't isn't wasn't can't won't wouldn't couldn't " +
    "very really quite pretty such as like maybe perhaps also even just only about not",
);
/** Where openers have ended after all: "why not", "what is it like", "which of them to buy", "seen before", "is over". */
const CLOSED =
  /\bthan\b.* (?:am|is|are|was|were|do|does|did|has|have|had|can|could|will|would)$|\b(?:why|rather|or|hope|guess|probably|definitely|better) not$|\bwhat\b.* like$|\b(?:what|which|whom?) .*\bto \w+$|\b(?:have|has|had|ever|never|somewhere)\b.* before$|\b(?:is|are|was|were|be|already) over$|\bfor good$/;
/** Prepositions that may stand at the end of a question ("what for"), but of nothing else. */
const STRANDED = words(
  "to for with at by in on over under above below beside near behind through across after before around",
);
/** … and that make one word of a verb: "come in", "follow through". */
const PARTICLES =
  /\b(?:come|came|go|going|move|carry|follow|hang|keep|get|drop|pass|log|calm|turn|lean|bend|fall|fell|roll)\w* (?:in|on|over|through|around|by)$/;
/** Sounds of somebody who is thinking. */
const FILLERS = words("um uh er erm ehm hmm hm mm mmm uhm ah eh");
/** A whole utterance, or the last of it, that asks for time. */
const ASKING_FOR_TIME =
  /(?:^|\b)(?:wait(?: a (?:second|sec|minute|moment))?|hold on|hang on|one (?:moment|second|sec|minute)|just a (?:moment|second|sec|minute)|give me a (?:moment|second|sec|minute)|let me (?:think|see)|actually|you know|i mean|i think|let's see|okay so|so yeah)$|^(?:(?:oh|um|uh|yes|no|yeah|okay|and|but|so) )*well$/;
/** Verbs that nothing comes before but what they are done to. */
const TAKING = words(
  "want wants wanted need needs needed like likes get gets make makes made take takes took give gives gave tell tells " +
    "told put puts say says said find finds found use uses buy buys bought bring brings brought keep keeps kept let lets " +
    "call calls called ask asks asked show shows send sends sent build paint painted plan planning planned invite try " +
    "tried trying remind reminds knocked finished moved think thinks thought wonder wondering hope guess know takes " +
    "have having seen uses used going trying learning telling",
);
const OF_VERBS = words(
  "am is are was were be been has have had do does did can could will would shall should may might must go goes went " +
    "come comes came see sees saw live lives lived work works worked play plays played start stop run runs ran rain rains " +
    "fell fall falls sit sat stand stood feel feels felt look looks looked eat eats ate sleep slept love loves hate mean " +
    "means help helps please read reads write wrote close closes open opens leave left lost met meet",
);
const CONTRACTED = /'(?:s|m|re|ve|ll|d)$|n't$/;
/** Words before a thing, seldom by themselves. */
const DESCRIBING = words(
  "big small little good bad great new old long short red blue green white black yellow brown warm cold hot dark nice best " +
    "next last first second other same whole few many several some any no own more most different huge young tall soft pink fresh thick wonderful empty wet plastic",
);
const ASKING =
  /^(?:and |so |but |well |okay )*(?:what|who|whom|whose|where|when|why|how|which|is|are|am|was|were|do|does|did|can|could|will|would|should|shall|may|might|have|has|don't|isn't|aren't|can't|won't)\b/;
/** A question that has come no further than whom it is about. */
const BARE_QUESTION =
  /^(?:(?:is|are|am|was|were|do|does|did|can|could|will|would|should|shall|may|might|have|has|don't|isn't|aren't|can't|won't) \w+|(?:what|where|when|why|how) (?:do|does|did|can|could|will|would|should))$/;
/** Somebody was told, and not yet what. */
const TOLD =
  /\b(?:tell|tells|told|give|gives|gave|show|shows|showed|remind|reminds|reminded|ask|asks|let) (?:me|you|us|him|her|them)$/;
/** Somebody is about to say what they do: "the book that you". */
const BEGUN = /\b(?:that|which|where|when|if|because|how|why|whether|while) (?:you|it|this|there)$/;
/** What is thought or said follows, or was said before: "I think that". */
const REFERRED = /\b(?:think|thought|know|knew|say|said|believe|hope|heard|sure|afraid|mean|means) that$/;
/** A clause that tells when or why, of which there is only whom it is about: "although the road", "that the bakery". */
const BARE_CLAUSE =
  /\b(?:because|although|though|if|while|when|whether|that) (?:the|an?|my|your|his|her|our|their) \w+$/;
/** These ask for more in a sentence, but may be its end: "I don't know why". */
const ASKED_ABOUT = /\w \w+ (?:what|where|when|why|how)$/;
/** What is to be done may be done to something: "to play", "to play the guitar". */
const TO_DO =
  /\b(?:want|need|like|love|try|tried|learn|learned|hope|plan|going|have|has|had|used|able|ready|how|forgot|started|decided|enough|me|you|him|her|us|them)(?:ed|s|ing)? to \w+$/;
/** What is asked for is what the verb takes: "what did you buy". */
const ASKED_THING = /\b(?:what|who|whom|which|whose)\b/;
/** In front of these, a question has another verb: "does the library …". */
const AUXILIARIES = /\b(?:do|does|did|can|could|will|would|shall|should|may|might|have|has)\b/g;
const DIGITS = words("zero oh one two three four five six seven eight nine double");
/** A number that is told digit by digit has so many of them, at least. */
const WHOLE_NUMBER = 7;
/** What begins a new clause, of which alone the end is looked at. */
const CLAUSES = /\b(?:and|but|or|so|because|although|though|if|while|when|that|whether)\b(?=.* )/g;
/** Behind those, a verb need not do anything: "I am tired", "I have slept". */
const HELPED = /\b(?:am|is|are|was|were|be|been|being|have|has|had|get|got)\b|'(?:s|m|re|ve|d)\b/;
/** So many words of which the last leaves nothing open are a sentence, whatever the verb was. A question has one more. */
const SENTENCE_WORDS = 4;
/** Who tells something in fewer words than this has seldom said all of it. */
const STATEMENT_WORDS = 6;
/** What is asked for may be short, and so may how somebody is: "play some music", "I'm tired". */
const REQUESTS = words(
  "add answer begin bring call cancel change check close come compare continue count cut delete " +
    "describe do draw explain find finish forget get give go guess help imagine keep leave let listen " +
    "list look make move name open pass pick play put read remember remind repeat say search send set " +
    "show shut sing skip speak spell start stop switch take talk teach tell think translate try turn use " +
    "wake watch write",
);
const BEFORE_REQUESTS = words("please now then and so okay oh just let's don't");
const HOW_IT_IS = /^(?:i|it|that|this|you|he|she|we|they)(?:'(?:s|m|re)| (?:am|is|are|was|were)) \w+$/;
/** Answers of a word or two. */
const ANSWERS =
  /^(?:(?:oh|well|um|uh) )*(?:yes|no|yeah|yep|nope|okay|ok|sure|right|exactly|fine|thanks|thank you|hello|hi|hey|bye|goodbye|please|never|always|maybe|of course|of course not|why not|not really|i do|i don't|i can|i can't|me too|stop)(?: please| thanks| thank you| there)?$/;

/**
 * How a text ends that may still grow.
 *
 * @param text what was understood so far, with or without signs and capitals
 */
export function endingOf(text: string): Ending {
  const said = text.trim();
  if (said === "") return "unclear";
  if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(said.slice(-4))) return endingOfCjk(said);
  if (/(?:,|:|;|…|\.\.|-|–|—)$/.test(said)) return "open";
  const tokens = said.toLowerCase().replaceAll("’", "'").match(/[\p{L}\p{M}']+|\d+/gu) ?? [];
  const last = tokens.at(-1) ?? "";
  const plain = tokens.join(" ");
  if (FILLERS.has(last) || ASKING_FOR_TIME.test(plain)) return "open";
  if (ANSWERS.test(plain)) return "complete";
  const digits = digitsAtEnd(tokens);
  if (digits > 1) return digits < WHOLE_NUMBER ? "open" : "complete";
  if (spelledAtEnd(tokens)) return "open";
  // A recogniser that writes signs has heard an end, and writes one after everything that it is given.
  const isClosed = CLOSED.test(plain);
  if (OPENERS.has(last) && !isClosed) return "open";
  const asks = ASKING.test(plain);
  if (!asks && !isClosed && (STRANDED.has(last) && !PARTICLES.test(plain) || TAKING.has(last))) return "open";
  if (asks && !isClosed && (STRANDED.has(last) || TAKING.has(last) && !ASKED_THING.test(plain))) return "unclear";
  if (asks && BARE_QUESTION.test(plain) || tokens.length > 1 && TOLD.test(plain)) return "open";
  if (!asks && BEGUN.test(plain) || BARE_CLAUSE.test(plain)) return "open";
  if (DESCRIBING.has(last) && !isClosed || ASKED_ABOUT.test(plain) || REFERRED.test(plain)) return "unclear";
  if (TO_DO.test(plain) && !isClosed) return "unclear";
  const isBrief = tokens.length < STATEMENT_WORDS && !said.endsWith("?");
  if (isBrief && !asks && !requests(tokens) && !HOW_IT_IS.test(plain)) return "unclear";
  const clause = lastClause(plain);
  const isLong = asks ? tokens.length > SENTENCE_WORDS : clause.split(" ").length >= SENTENCE_WORDS;
  if (said.endsWith("?") || isLong) return "complete";
  if (asks && !hasVerb(plain.replace(AUXILIARIES, ""))) return "unclear";
  if (!asks && isVerb(last) && !HELPED.test(clause)) return "unclear";
  return hasVerb(clause) && tokens.length > 1 ? "complete" : "unclear";
}

function requests(tokens: readonly string[]): boolean {
  return REQUESTS.has(tokens.find((token) => !BEFORE_REQUESTS.has(token)) ?? "");
}

/** How many digits stand at the end, in words or figures. */
function digitsAtEnd(tokens: readonly string[]): number {
  let count = 0;
  for (const token of tokens.toReversed()) {
    if (/^\d+$/.test(token)) count += token.length;
    else if (DIGITS.has(token)) count++;
    else break;
  }
  return count;
}

/** Whether a word is being spelled, letter by letter. */
function spelledAtEnd(tokens: readonly string[]): boolean {
  const [before = "", last = ""] = tokens.slice(-2);
  return before.length === 1 && last.length === 1;
}

function lastClause(plain: string): string {
  const starts = [...plain.matchAll(CLAUSES)].map(({ index }) => index);
  const last = plain.slice(starts.at(-1) ?? 0);
  // "… so much", "… flame and heat": two things, not two sentences.
  return last.split(" ").length < 4 ? plain : last;
}

function hasVerb(clause: string): boolean {
  return clause.split(" ").some((word, index) => CONTRACTED.test(word) || isVerb(word, index));
}

function isVerb(word: string, index = 1): boolean {
  return OF_VERBS.has(word) || TAKING.has(word) || index > 0 && /..(?:ed|ing)$/.test(word);
}
