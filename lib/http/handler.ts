/** What stands between the network and the app, in one place: the door, then compression, and headers around all. */
import { compressed, type Handler } from "./compress.ts";
import type { Door } from "./door.ts";
import { secured } from "./security.ts";
import { complain } from "@/lib/telemetry/log.ts";

export interface HandlerOptions {
  door: Door;
  /** Folder of what the build has compressed. It need not be there. */
  prepared: string;
}

/** Wraps the app for `Deno.serve`. */
export function createHandler(app: Handler, { door, prepared }: HandlerOptions): Handler {
  const inside = compressed(app, prepared);
  return secured(async (request, info) => {
    try {
      return door.check(request, info) ?? await inside(request, info);
    } catch (error) {
      complain(`A request failed in an unexpected way: ${Deno.inspect(error)}`);
      return new Response("Something went wrong on the server\n", { status: 500 });
    }
  });
}
