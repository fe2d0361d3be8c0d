/** Small pictures of characters and of their faces, drawn on the stage's own canvas. */
import type { Renderer } from "@pixi/core";
import { Actor } from "./actor.ts";
import { FacePictures } from "./face_pictures.ts";
import type { Size } from "./fit.ts";
import { loadModel } from "./loader.ts";
import { largestTexture } from "./renderer.ts";
import { textureSizeFor } from "./textures.ts";
import type { Avatar } from "@/web/presence/avatar.ts";

/** The longer edge of a snapshot, in pixels. */
const SNAPSHOT = 240;

export class Portraits {
  readonly #renderer: Renderer;
  /** By the address of the avatar: who comes back is not drawn again. */
  readonly #faces = new Map<string, FacePictures>();

  readonly #onFace: () => void;

  /** @param onFace called for each picture of a face that has been drawn */
  constructor(renderer: Renderer, onFace: () => void) {
    this.#renderer = renderer;
    this.#onFace = onFace;
  }

  /**
   * The head of a character that is not shown, as a data URL.
   *
   * @throws {StageError} saying what is missing
   */
  async of(character: Avatar, signal: AbortSignal): Promise<string> {
    const model = await loadModel(character.entry, {
      signal,
      onProgress() {},
      largestTexture: largestTexture(this.#renderer),
      textureSize: textureSizeFor(0),
    });
    const actor = await Actor.create(model, { timeScale: 1, emotions: {} }, this.#renderer);
    try {
      signal.throwIfAborted();
      return actor.portrait(this.#renderer);
    } finally {
      actor.destroy();
    }
  }

  /**
   * The faces of a character that there are pictures of so far, by their names.
   *
   * @param entry its address
   * @param shown gives it while it is on the stage
   */
  faces(entry: string, { expressions }: Actor, shown: () => Actor | null): ReadonlyMap<string, string> {
    let faces = this.#faces.get(entry);
    if (faces === undefined) {
      faces = new FacePictures(expressions.map(({ name }) => name), (name) => {
        const actor = shown();
        const expression = actor?.expressions.find((one) => one.name === name) ?? null;
        return actor?.portrait(this.#renderer, expression) ?? "";
      }, this.#onFace);
      this.#faces.set(entry, faces);
    }
    return faces.read();
  }
}

/** The part of a canvas that is the stage, as a data URL. To be called right after it was drawn. */
export function snapshot(canvas: HTMLCanvasElement, { width, height }: Size): string {
  const small = document.createElement("canvas");
  small.width = Math.round(SNAPSHOT * Math.min(1, width / height));
  small.height = Math.round(SNAPSHOT * Math.min(1, height / width));
  small.getContext("2d")?.drawImage(canvas, 0, 0, width, height, 0, 0, small.width, small.height);
  return small.toDataURL();
}
