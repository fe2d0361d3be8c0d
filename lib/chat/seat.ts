import type { Session } from "./session.ts";
import type { Principal } from "@/lib/principal.ts";

/**
 * A client's place: what the protocol calls a session. It is in one conversation at a time, and its pages follow it to
 * another. Several seats may be in the same conversation: each sees what the others ask, and may leave alone.
 */
export class Seat {
  readonly id: string;
  /** Whose it is. */
  readonly principal: Principal;
  /** Told when the seat has moved: each page then needs all of the other conversation. */
  readonly pages = new Set<() => void>();
  #session: Session;
  /** Frames with lower numbers were of another conversation. */
  #from = 0;

  constructor(id: string, principal: Principal, session: Session) {
    this.id = id;
    this.principal = principal;
    this.#session = session;
  }

  /** The conversation it is in. */
  get session(): Session {
    return this.#session;
  }

  /** Goes on in another conversation, with higher numbers, so that no frame of the one can be taken for the other's. */
  move(session: Session): void {
    const { seq } = this.#session;
    if (session.seq <= seq) session.log.clear(seq + 1);
    this.#session = session;
    this.#from = session.seq;
    for (const moved of this.pages) moved();
  }

  /** Where in the log goes on who saw the frame numbered `seq` last; undefined when that is not to be told any more. */
  positionAfter(seq: number): number | undefined {
    return seq < this.#from ? undefined : this.#session.log.positionAfter(seq);
  }
}
