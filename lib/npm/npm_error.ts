/** Why packages cannot be brought. */
export class NpmError extends Error {
  override readonly name = "NpmError";
}
