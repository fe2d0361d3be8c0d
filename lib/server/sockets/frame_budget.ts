/** Keeps one socket from having the process for itself: one that sends more than any page does is closed. */
import { listen } from "./listen.ts";

/** Frames that may come at once, as behind a line that was stuck, and how many a second beyond them. */
const AT_ONCE = 10_000;
const A_SECOND = 500;
/** So many bytes of a binary frame count as a frame: an eighth of a second of a microphone's sound. */
const FRAME_BYTES = 4_096;
/** Close code (IANA's registry) for a client that may come back. */
const TRY_AGAIN_LATER = 1013;

/**
 * Counts the frames of a socket, and the bytes of binary ones, and closes it where they are too many. Such a socket is
 * not read from any more: Deno leaves it at its next frame.
 *
 * @param now milliseconds of a monotonic clock
 */
export function limitFrames(
  socket: Pick<WebSocket, "addEventListener" | "close">,
  now: () => number = () => performance.now(),
): void {
  let left = AT_ONCE;
  let since = now();
  listen(socket as WebSocket, "message", ({ data }) => {
    const time = now();
    left = Math.min(AT_ONCE, left + (time - since) * A_SECOND / 1_000);
    since = time;
    left -= data instanceof ArrayBuffer ? Math.max(1, data.byteLength / FRAME_BYTES) : 1;
    if (left < 0) socket.close(TRY_AGAIN_LATER, "More was sent than any page sends");
  });
}
