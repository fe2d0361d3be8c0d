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
  /** When it was taken, by the clock that all processes share. */
  since: number;
  /** Listens to it no more. */
  end(error: TurnError): void;
}

/** What other processes are told: whose microphone is listened to here, and since when. */
type Told = [key: string, since: number];

/**
 * One browser is listened to by one microphone at a time, the newest, whichever process it comes to. A guest is one
 * browser, however many sessions it opens.
 *
 * Of two that begin before their processes have heard of each other, both processes find the same one to be the newest,
 * by a hybrid logical clock: the time, but never behind what was heard; at the same moment, the name of the process.
 */
export class MicrophonePlaces implements Disposable {
  readonly #places = new Map<string, Place>();
  readonly #bus: Bus | undefined;
  readonly #now: () => number;
  readonly #stopHearing: () => void;
  #latest = 0;

  /**
   * @param bus joins this process with others. Default: there are none
   * @param now the time, in ms
   */
  constructor(bus?: Bus, now: () => number = Date.now) {
    this.#bus = bus;
    this.#now = now;
    this.#stopHearing = bus?.hear(TOPIC, (data, from) => {
      if (from !== bus.self) {
        guarded("hear of another microphone", () => this.#hear(JSON.parse(data) as Told, from > bus.self));
      }
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
    const since = this.#latest = Math.max(this.#now(), this.#latest + 1);
    const place = { isGuests, since, end };
    this.#places.set(key, place);
    this.#tell(key, since);
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

  /** @param isLater whether the other one is the newer of two that began at the same moment */
  #hear([key, since]: Told, isLater: boolean): void {
    this.#latest = Math.max(this.#latest, since);
    const here = this.#places.get(key);
    if (here === undefined) return;
    if (since > here.since || since === here.since && isLater) this.#end(key);
    // Whoever began there may never have heard of this one.
    else this.#tell(key, here.since);
  }

  #tell(...told: Told): void {
    this.#bus?.announce(TOPIC, JSON.stringify(told));
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
