/** A character card that cannot be taken. The message names the file, and what is wrong with it. */
export class CardError extends Error {
  override name = "CardError";

  constructor(file: string, problem: string, options?: ErrorOptions) {
    super(`Cannot read the character card ${file}: ${problem}`, options);
  }
}
