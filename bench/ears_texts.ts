/** What people say in the bench of the ears, without signs, as recognisers give it. */
import { HEARD, LEARNED } from "./spoken_corpus.ts";

export interface Texts {
  /** Whole sentences, statements and questions. */
  sentences: readonly string[];
  /** What interrupts somebody, in a sentence and in a word or two. */
  interruptions: readonly string[];
  commands: readonly string[];
  /** What interrupts nobody. */
  backchannels: readonly string[];
}

/** With these the rules were made: tests are about them. */
export const KNOWN: Texts = {
  sentences: [
    "I went to the market with my sister yesterday",
    "She told me that the train was late again",
    "We could watch a movie after dinner",
    "I have been learning to play the guitar this year",
    "My brother lives in a small house near the river",
    "The weather was terrible for most of the week",
    "You should try the new coffee place on the corner",
    "I finished the book that you gave me last summer",
    "They moved the meeting to Thursday afternoon",
    "I never know what to cook for my friends",
    "The cat knocked over a glass of water this morning",
    "He said the doctor would call before noon",
    "I want to paint the kitchen a warm yellow",
    "Our neighbours are planning a party for Saturday",
    "It takes about an hour to get there by bus",
    "What should I wear to the wedding",
    "Could you tell me the way to the station",
    "Do you know a good song for a long drive",
    "How many people are coming tomorrow",
    "Where did you put the keys of the car",
    "Would you like to play a game with me",
    "Is it going to rain this weekend",
    "Why do cats like boxes so much",
    "Can you remind me to call my mother at six",
    "When does the library close on Fridays",
    ...HEARD.slice(1),
    ...LEARNED,
  ].map(asRecognised),
  interruptions: [
    "wait a second i have a question",
    "stop that is not what i meant",
    "no i was asking about the other one",
    "hold on can you say that again",
    "sorry but could we talk about something else",
    "okay that is enough thank you",
    "actually i wanted to know something different",
    "what do you mean by that",
  ],
  commands: ["stop", "wait", "no", "hold on", "stop it", "hey", "excuse me", "one moment", "please stop", "no no no"],
  backchannels: ["yeah", "uh huh", "okay", "right", "yes", "i see", "sure", "hi", "oh", "um hum"],
};

/** No rule was made with these in sight: the bench reports on them. */
export const UNKNOWN: Texts = {
  sentences: [
    "My grandmother used to bake bread every Sunday",
    "I left my umbrella at the office again",
    "There is a strange noise coming from the fridge",
    "We are moving to another city in the spring",
    "I slept badly because of the storm",
    "The dentist found two holes in my teeth",
    "My favourite team lost the game last night",
    "I bought tickets for the concert in June",
    "Somebody parked a truck in front of our door",
    "It was colder than I expected up in the mountains",
    "I think we met at a conference a few years ago",
    "My daughter drew a picture of a purple elephant",
    "The printer stopped working after the update",
    "I would rather stay at home and rest tonight",
    "He forgot to water the plants while we were away",
    "Nobody told us about the change of plans",
    "I am looking for a present for my uncle",
    "The soup needs a little more salt and pepper",
    "You can leave the package with the neighbours",
    "We walked along the beach until the sun went down",
    "Tell me a story about a dragon who hates fire",
    "Please turn down the volume of the music",
    "Explain to me how a rainbow is made",
    "Who wrote the first book about vampires",
    "Have you ever seen snow in the desert",
    "How long does it take to boil an egg",
    "Did you understand what I said before",
    "Which of these two colours looks better on me",
    "Are there any good restaurants around here",
    "Should I apologise to my colleague for the joke",
    "What happened to the little shop by the bridge",
    "Can we practise my speech for tomorrow",
    "Where can I learn to dance salsa",
    "What is the capital of New Zealand",
    "How do I get rid of ants in the garden",
    "Does this bus stop at the museum",
  ].map(asRecognised),
  interruptions: [
    "let me stop you there for a moment",
    "that is wrong it was on a monday",
    "can you make it shorter please",
    "i already know all of this",
    "forget it let us do something else",
    "just give me the last part",
    "who told you that",
    "sorry i did not hear the beginning",
  ],
  commands: ["quiet", "hang on", "wait wait", "enough", "stop talking", "never mind", "pause", "listen"],
  backchannels: ["yep", "oh really", "wow", "cool", "got it", "exactly", "ah okay", "mm yes", "nice", "good"],
};

function asRecognised(text: string): string {
  return (text.split(/[.?!]/)[0] ?? text).toLowerCase().replace(/[^a-z' ]+/g, " ").replace(/ +/g, " ").trim();
}
