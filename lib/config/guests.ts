import type { Config } from "./schema.ts";

/** What one guest may use; what is absent has no limit. */
export type GuestLimits = Omit<Config["guests"], "access">;

/** Where everybody comes in. */
const OPEN: Required<GuestLimits> = {
  newPerHour: 300,
  sockets: 8,
  promptsPerMinute: 10,
  promptsPerDay: 300,
  charactersPerDay: 500_000,
  speechSecondsPerDay: 3_600,
  conversations: 100,
  keepDays: 30,
};

/** The limits that hold for guests, by how they come in. */
export function guestLimits({ access, ...written }: Config["guests"]): GuestLimits {
  return access === "open" ? { ...OPEN, ...written } : written;
}
