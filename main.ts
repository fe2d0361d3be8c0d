/** What the build serves: the app around this machine's configuration. It does not listen. */
import type { App } from "fresh";
import { createApp } from "@/app.ts";
import { openServices, type Services } from "./lib/server/services.ts";
import type { State } from "@/utils.ts";

export const services: Services = await openServices();
export const app: App<State> = createApp(services);
