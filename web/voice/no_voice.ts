/** Why something cannot be heard: there is no voice for its language. */
export class NoVoice extends Error {
  override readonly name = "NoVoice";
}
