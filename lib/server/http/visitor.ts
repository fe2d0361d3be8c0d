/** What the access guard has found out about who sent a request, for the app behind it. */
import type { Principal } from "@/lib/principal.ts";

export interface Visitor {
  /** Absent where nobody had to say who they are. */
  principal?: Principal;
  /** Whom connections are counted against. */
  address: string;
  /** Whether the request is from the server's own machine, and for nobody else as far as it tells. */
  isLocal: boolean;
}

const visitors = new WeakMap<Request, Visitor>();

export function setVisitor(request: Request, visitor: Visitor): void {
  visitors.set(request, visitor);
}

/** Undefined for a request that has not passed the access guard. */
export function visitorOf(request: Request): Visitor | undefined {
  return visitors.get(request);
}
