/** The images of messages on their way to a language model. */
import { Buffer } from "node:buffer";
import type { ChatMessage, GenerateRequest, ProviderMonitor } from "./provider.ts";

/** A message with its images as requests carry them. */
export interface SentMessage extends Omit<ChatMessage, "images"> {
  images?: readonly SentImage[];
}

export interface SentImage {
  /** Such as `image/jpeg`. */
  type: string;
  base64: string;
}

/** Reads the images of messages. One that is not there any more is left out. */
export async function withImages(messages: readonly ChatMessage[]): Promise<SentMessage[]> {
  return await Promise.all(messages.map(async ({ images, ...message }) => {
    if (images === undefined) return message;
    const read = await Promise.all(images.map((image) => image.read()));
    const sent = read.filter((image) => image !== undefined)
      .map(({ type, bytes }) => ({ type, base64: Buffer.from(bytes).toString("base64") }));
    return sent.length === 0 ? message : { ...message, images: sent };
  }));
}

/** Whether a request shows anything. */
export function showsImages({ messages }: GenerateRequest): boolean {
  return messages.some(({ images }) => images !== undefined);
}

/** The same request in words alone. */
export function withoutImages(request: GenerateRequest): GenerateRequest {
  return { ...request, messages: request.messages.map(({ images: _, ...message }) => message) };
}

/** Whether the prompt that is to be answered shows anything. */
export function promptShowsImages({ messages }: GenerateRequest): boolean {
  return messages.findLast(({ role }) => role === "user")?.images !== undefined;
}

/** Whether a model can see; looks where that is not known yet. */
export async function canSee(monitor: ProviderMonitor): Promise<boolean> {
  return monitor.latest?.vision ?? (await monitor.refresh()).vision ?? false;
}
