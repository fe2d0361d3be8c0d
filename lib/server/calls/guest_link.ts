/** Calls about the link that lets guests in. */
import { z } from "zod";
import { checked, type Handlers } from "./router.ts";
import { reachableOrigins } from "@/lib/server/http/start_message.ts";
import type { GuestLink } from "@/lib/protocol/calls.ts";
import type { Secrets } from "@/lib/server/http/secrets.ts";
import type { LiveConfig } from "@/lib/config/live_config.ts";

const nothing = z.object({});

export interface GuestLinkCallsOptions {
  secrets: Secrets;
  live: LiveConfig;
  /** The link is another one, or there is none any more: those who came by the one before may not stay. */
  onChange(): void;
}

export function guestLinkCalls({ secrets, live, onChange }: GuestLinkCallsOptions): Handlers {
  const guestLink = (): GuestLink => {
    const { guestToken } = secrets;
    if (guestToken === undefined) return { path: null, origins: [] };
    return { path: `/?token=${guestToken}`, origins: reachableOrigins(live.current.server) };
  };
  return {
    ...checked("guestLink.read", nothing, guestLink),
    ...checked("guestLink.make", nothing, async () => {
      try {
        await secrets.makeGuestToken();
      } finally {
        onChange();
      }
      return guestLink();
    }),
    ...checked("guestLink.revoke", nothing, async () => {
      try {
        await secrets.revokeGuestToken();
      } finally {
        onChange();
      }
      return guestLink();
    }),
  };
}
