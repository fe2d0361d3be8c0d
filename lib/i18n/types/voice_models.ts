/** What the settings say of neural voices that can be fetched. */
export interface VoiceModelWords {
  title: string;
  /** Where words go; `host` is where the files come from. */
  about(host: string): string;
  /** Names the box in which the language is chosen. */
  language: string;
  /** What a voice is: how many are in it, its languages, its size. */
  speakers(count: number): string;
  /** Behind the languages that are named. */
  more(count: number): string;
  license: string;
  /** A link to the page of those who have made the voice. */
  source: string;
  there: string;
  /** With how much of it has come. */
  partly(completed: string, total: string): string;
  failed: string;
  /** Buttons; each is read out with the voice's name. */
  get: string;
  remove: string;
  /** Names a button or a bar: what it does, and the voice. */
  of(action: string, voice: string): string;
  /** While the program comes that makes the voices speak. */
  runtime(name: string): string;
  unpacking: string;
  /** What comes along with the first voice. */
  along(name: string): string;
  /** Above the folder. */
  ownFolder: string;
}
