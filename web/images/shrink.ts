/** Makes an image fit to be sent, in the browser: small, upright, and without what cameras write into files. */
import { LONGEST_SIDE } from "@/lib/protocol/images.ts";

/** Of a JPEG, from 0 to 1: words on a screen stay readable. */
const QUALITY = 0.88;

/**
 * Draws an image anew, its longer side at most {@linkcode LONGEST_SIDE} pixels, as a JPEG: every model's server reads
 * those, and not all read WebP. What is transparent becomes white.
 *
 * @param source a file, or what a video shows at the moment
 * @throws {Error} when the browser cannot read it
 */
export async function shrunk(source: Blob | HTMLVideoElement): Promise<Blob> {
  // As it is to be seen: phones write photographs as the camera lay, and beside them how they are to be turned.
  const bitmap = await createImageBitmap(source, { imageOrientation: "from-image" });
  try {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("Cannot draw an image: the browser gives no canvas");
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (blob === null) throw new Error("Cannot write an image as JPEG: the browser gives none");
    return blob;
  } finally {
    bitmap.close();
  }
}
