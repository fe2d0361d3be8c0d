/** A store that cannot be opened, or cannot do what it is asked for. Its message holds no secret, and nothing of what was said. */
export class StoreError extends Error {
  override name = "StoreError";
}
