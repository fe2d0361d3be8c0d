import { ALPHA_MODES, BaseTexture, ImageBitmapResource, MIPMAP_MODES, Texture } from "@pixi/core";
import { TEXTURE_SIZES } from "@/lib/protocol/textures.ts";
import { StageError } from "./errors.ts";

/** Share of a figure's height in pixels that its textures need as their edge: they hold its parts beside each other. */
const TEXELS = 0.7;

/**
 * The longest edge that a figure of that height needs of its textures; undefined for the originals.
 *
 * @param height of the whole figure in device pixels, even where not all of it is on the stage
 */
export function textureSizeFor(height: number): number | undefined {
  return TEXTURE_SIZES.find((size) => size >= height * TEXELS);
}

/** The address of a texture of that size, where a server makes such: below the addresses of avatars. */
export function textureAddress(url: string, size: number | undefined): string {
  const address = new URL(url);
  if (size === undefined || !/\/avatars\/[0-9a-f]+\//.test(address.pathname)) return url;
  address.searchParams.set("size", String(size));
  return address.href;
}

/**
 * Makes a texture of an image file. The image is decoded outside the main thread, and shrunk when the graphics card
 * takes none that large.
 *
 * @param flip Turn it upside down, as Cubism 2 has it
 * @param largest Pixels of an edge that the graphics card takes
 * @throws {StageError} when it is no image that can be read
 */
export async function createTexture(
  file: Uint8Array<ArrayBuffer>,
  name: string,
  flip: boolean,
  largest: number,
): Promise<{ texture: Texture; shrunk: boolean }> {
  const options: ImageBitmapOptions = {
    premultiplyAlpha: "premultiply",
    imageOrientation: flip ? "flipY" : "from-image",
  };
  let image: ImageBitmap;
  let shrunk = false;
  try {
    image = await createImageBitmap(new Blob([file]), options);
    const shrink = largest / Math.max(image.width, image.height);
    if (shrink < 1) {
      shrunk = true;
      const large = image;
      image = await createImageBitmap(large, {
        premultiplyAlpha: "premultiply",
        resizeWidth: Math.floor(large.width * shrink),
        resizeHeight: Math.floor(large.height * shrink),
        resizeQuality: "high",
      });
      large.close();
    }
  } catch (cause) {
    throw new StageError({ code: "bad_texture", file: name }, { cause });
  }
  const resource = new ImageBitmapResource(image, { ownsImageBitmap: true, alphaMode: ALPHA_MODES.PMA });
  // Mipmaps keep a large texture calm on a small screen; the anisotropic filter keeps it sharp.
  const texture = new Texture(
    new BaseTexture(resource, { alphaMode: ALPHA_MODES.PMA, mipmap: MIPMAP_MODES.ON, anisotropicLevel: 4 }),
  );
  return { texture, shrunk };
}
