/** Images on their way to the server, and their addresses there. */
import type { TurnImage } from "@/lib/protocol/images.ts";
import { address } from "@/web/browser/base_path.ts";

/** The server's answer to an image, or why there is none. */
export type SentImage = Omit<TurnImage, "name"> | { problem: "offline" | { message: string } };

/** Sends an image to the page's own server. Never rejects. */
export async function sendImage(image: Blob, signal: AbortSignal): Promise<SentImage> {
  const body = new FormData();
  body.append("file", image, "image");
  try {
    const response = await fetch(address("/api/images"), { method: "POST", body, signal });
    const answer: unknown = await response.json();
    const { id, width, height, message } = (answer ?? {}) as Record<string, unknown>;
    if (typeof id === "string" && typeof width === "number" && typeof height === "number") return { id, width, height };
    return { problem: typeof message === "string" ? { message } : "offline" };
  } catch {
    return { problem: "offline" }; // No line, or something else than the server has answered.
  }
}

/** Where an image is. */
export function imageAddress(id: string): string {
  return address(`/images/${id}`);
}
