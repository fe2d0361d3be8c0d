import type { Role } from "@/lib/protocol/role.ts";

/** Who is at the other end of a connection. */
export interface Principal {
  readonly role: Role;
  /** Stored with what it says, and never told to a page. All of the owner's devices have the same. */
  readonly id: string;
}

export const OWNER: Principal = { role: "owner", id: "owner" };

/** Whether a principal may see and change what belongs to the one of id `owner`. Everything is within the owner's reach. */
export function mayUse({ role, id }: Principal, owner = OWNER.id): boolean {
  return role === "owner" || id === owner;
}
