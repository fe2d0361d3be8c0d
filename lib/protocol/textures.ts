/** Sizes in which a page may ask for a texture, by `?size=`: the longest edge in pixels. Others give the original. */
export const TEXTURE_SIZES = [512, 1024, 2048] as const;
