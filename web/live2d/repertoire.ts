import type { Actor } from "./actor.ts";
import type { Repertoire } from "@/web/presence/avatar.ts";
import { EMOTIONS } from "@/lib/protocol/emotions.ts";

/** Of a stage on which nobody is. */
export const NOTHING: Repertoire = {
  emotions: [],
  expressions: [],
  titles: new Map(),
  pictures: () => new Map(),
  motions: [],
  hotkeys: [],
  faces: new Map(),
};

/** @param pictures as {@linkcode Repertoire.pictures} */
export function repertoireOf(actor: Actor, pictures: Repertoire["pictures"]): Repertoire {
  const worn = [...actor.faces].filter(([, face]) => actor.expressions.includes(face));
  return {
    emotions: EMOTIONS.filter((emotion) => actor.faces.has(emotion)),
    expressions: actor.expressions.map(({ name }) => name),
    titles: actor.titles,
    pictures,
    motions: [...actor.motions].map(([group, names]) => ({ group, names })),
    hotkeys: actor.hotkeys,
    ...(actor.icon !== null && { icon: actor.icon }),
    faces: new Map(worn.map(([emotion, { name }]) => [emotion, name])),
  };
}
