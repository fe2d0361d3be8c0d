/** The built-in demo, as the registry has it: there is always one, and no server behind it. */
import { DEMO_MODEL, DemoProvider } from "./demo.ts";
import type { ProviderDefinition, ProviderStatus } from "@/lib/providers/provider.ts";

const ALWAYS: ProviderStatus = {
  host: "",
  reachable: true,
  model: DEMO_MODEL,
  modelPresent: true,
  models: [],
  away: false,
  vision: false,
};

export const DEMO: ProviderDefinition = {
  id: "demo",
  displayName: "built-in demo",
  create() {
    const provider = new DemoProvider();
    return {
      name: provider.name,
      model: provider.model,
      generate: (request, options) => provider.generate(request, options),
      probe: () => Promise.resolve(),
      monitor: { unknown: ALWAYS, latest: ALWAYS, contextLength: undefined, refresh: () => Promise.resolve(ALWAYS) },
    };
  },
};
