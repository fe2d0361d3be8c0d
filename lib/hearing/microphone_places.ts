/** Whose microphones are listened to at once. */
import type { Bus } from "@/lib/bus/bus.ts";
import type { Principal } from "@/lib/principal.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** Microphones that a process listens to at once: one detector looks at all of them. */
const MOST = 64;
/** How many of them guests may have together; the others are kept for the owner. */
const MOST_OF_GUESTS = 48;
/** How other processes are told who is listened to. */
const TOPIC = "listening";

/** Whose microphone it is. */
export interface MicrophoneHolder {
  principal: Principal;
  /** Of the browser. */
  session: string;
}

/** A microphone that is listened to. */
interface Place {
  isGuests: boolean;
  /** Listens to it no more. */
  end(error: TurnError): void;
}

/**
 * One browser is listened to by one microphone at a time, the newest, whichever process it comes to. A guest is one
 * browser, however many sessions it opens.
 */
export class MicrophonePlaces implements Disposable {
  readonly #places = new Map<string, Place>();
  readonly #bus: Bus | undefined;
  readonly #stopHearing: () => void;

  /** @param bus joins this process with others. Default: there are none */
  constructor(bus?: Bus) {
    this.#bus = bus;
    this.#stopHearing = bus?.hear(TOPIC, (key, from) => {
      if (from !== bus.self) guarded("listen to another microphone", () => this.#end(key));
    }) ?? (() => {});
  }

  /**
   * Gives a microphone a place, in the stead of an earlier one of the same browser.
   *
   * @param end called when it loses its place
   * @returns gives the place back
   * @throws {RequestError} when none is free
   */
  take({ principal, session }: MicrophoneHolder, end: (error: TurnError) => void): () => void {
    const isGuests = principal.role === "guest";
    const key = isGuests ? principal.id : session;
    if (!this.#places.has(key)) this.#mustBeFree(isGuests);
    this.#end(key);
    const place = { isGuests, end };
    this.#places.set(key, place);
    this.#bus?.announce(TOPIC, key);
    return () => {
      if (this.#places.get(key) === place) this.#places.delete(key);
    };
  }

  /** Ends all of them: the server goes down. */
  [Symbol.dispose](): void {
    this.#stopHearing();
    for (const { end } of [...this.#places.values()]) {
      end({ code: "shutting_down", message: "The server is going down" });
    }
  }

  #end(key: string): void {
    this.#places.get(key)?.end({
      code: "hearing_failed",
      message: "Another tab of this browser is listened to now",
      hint: "Begin anew here to be listened to in this one",
    });
  }

  #mustBeFree(isGuests: boolean): void {
    const places = [...this.#places.values()];
    const ofGuests = places.filter((place) => place.isGuests).length;
    if (places.length < MOST && !(isGuests && ofGuests >= MOST_OF_GUESTS)) return;
    throw new RequestError({
      code: "too_many",
      message: isGuests
        ? `Cannot listen to another guest: ${ofGuests} are listened to already`
        : `Cannot listen to another microphone: ${places.length} are listened to already`,
      hint: "Write, or try again later",
    });
  }
}
