/** What is used here of `negotiator`, which has no types of its own. */
export default class Negotiator {
  constructor(request: { headers: Record<string, string> });
  /** Languages that are accepted, the most wanted first. */
  languages(available?: readonly string[]): string[];
  /** Encodings that are accepted, the most wanted first. */
  encodings(available?: readonly string[], options?: { preferred?: readonly string[] }): string[];
  encoding(available?: readonly string[], options?: { preferred?: readonly string[] }): string | undefined;
}
