/** The call about the images of conversations. */
import { z } from "zod";
import { checked, type Handlers } from "./router.ts";
import type { ImageUsage } from "@/lib/protocol/calls.ts";

/** @param usage what all of them take */
export function imageCalls(usage: () => ImageUsage): Handlers {
  return checked("images.usage", z.object({}), usage);
}
