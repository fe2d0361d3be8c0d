/** Calls about the link that lets guests in. */
import { z } from "zod";
import { checked, type Handlers } from "./router.ts";
import { reachableOrigins } from "@/lib/server/http/start_message.ts";
import type { GuestLink } from "@/lib/protocol/calls.ts";
import type { Services } from "@/lib/server/services.ts";

const nothing = z.object({});

export function guestLinkCalls(services: Services): Handlers {
  const { hub, secrets } = services;
  return {
    ...checked("guestLink.read", nothing, () => guestLink(services)),
    ...checked("guestLink.make", nothing, async () => {
      try {
        await secrets.makeGuestToken();
      } finally {
        hub.dismissGuests();
      }
      return guestLink(services);
    }),
    ...checked("guestLink.revoke", nothing, async () => {
      try {
        await secrets.revokeGuestToken();
      } finally {
        hub.dismissGuests();
      }
      return guestLink(services);
    }),
  };
}

function guestLink({ secrets: { guestToken }, config }: Services): GuestLink {
  if (guestToken === undefined) return { path: null, origins: [] };
  return { path: `${config.server.basePath}/?token=${guestToken}`, origins: reachableOrigins(config.server) };
}
