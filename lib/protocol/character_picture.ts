/** Where the picture of a character's card is asked for. */

export const CHARACTER_PICTURES = "/api/characters/picture";

/**
 * The address of a character's picture. What it answers never changes.
 *
 * @param basePath the path below which visitors find the server
 * @param id what `prompt` in the configuration chooses the character by
 */
export function pictureAddress(basePath: string, id: string, version: string): string {
  return `${basePath}${CHARACTER_PICTURES}?${new URLSearchParams({ id, v: version })}`;
}
