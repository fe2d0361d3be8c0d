/** Small pictures of the avatars that this browser has shown, by their names, for lists of them. */

const KEY = "vtuber.pictures";
/** The newest are kept; of some kilobytes each. */
const MOST = 30;
const MOST_LENGTH = 30_000;

/** Pictures as data URLs, by the names of their avatars. */
export function recallPictures(): ReadonlyMap<string, string> {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    if (!Array.isArray(saved)) return new Map();
    return new Map(saved.filter((one): one is [string, string] => {
      const [name, picture] = Array.isArray(one) ? one : [];
      return typeof name === "string" && typeof picture === "string" && picture.startsWith("data:image/");
    }));
  } catch {
    // Storage may be forbidden or damaged: a list is readable without pictures.
    return new Map();
  }
}

/** Keeps the picture of an avatar, in place of an older one. */
export function rememberPicture(name: string, picture: string): void {
  if (picture === "" || picture.length > MOST_LENGTH) return;
  const others = [...recallPictures()].filter(([other]) => other !== name);
  try {
    localStorage.setItem(KEY, JSON.stringify([...others.slice(-MOST + 1), [name, picture]]));
  } catch {
    // Storage may be forbidden or full: it is drawn again the next time.
  }
}
