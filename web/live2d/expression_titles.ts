import type { Expression } from "./expressions.ts";

/** Names that say nothing: numbers, with or without a word for a face before them. */
const SAYS_NOTHING = /^(exp(ression)?|face|f|表情|顔|颜|脸)?[\s_.-]*\d+(\.exp3?)?(\.json)?$/i;
/** Parameters that nearly every model has. Their names are those of parts of a face, and not of a face. */
const USUAL =
  /^param_?(angle|eye_?[lr]?_?(open|smile|ball|form)|mouth|brow|body|arm|hand|hair|shoulder|breath|bust|base)/i;
/** Names of parameters in one title. */
const MOST = 2;

/** Whether a name is no more than a number. */
export function saysNothing(name: string): boolean {
  return SAYS_NOTHING.test(name.trim());
}

/** What the author of a model calls its parameters (`.cdi3.json`), by their ids; what makes no sense is left out. */
export function readParameterNames(json: unknown): Map<string, string> {
  const list = typeof json === "object" && json !== null && "Parameters" in json ? json.Parameters : null;
  const names = new Map<string, string>();
  for (const one of Array.isArray(list) ? list : []) {
    const { Id: id, Name: name } = Object(one) as { Id?: unknown; Name?: unknown };
    if (typeof id !== "string" || typeof name !== "string") continue;
    const tidy = name.replace(/\s+/g, " ").trim();
    if (tidy !== "" && tidy !== id) names.set(id, tidy);
  }
  return names;
}

/** Titles for the expressions whose names say nothing, by what they change that is the model's own. */
export function titlesByParameters(
  expressions: readonly Expression[],
  names: ReadonlyMap<string, string>,
): Map<string, string> {
  const titles = expressions.filter(({ name }) => saysNothing(name)).flatMap(({ name, changes }) => {
    const own = changes.filter(({ id, value, blend }) =>
      !USUAL.test(id) && value !== (blend === "multiply" ? 1 : 0) && names.has(id)
    );
    const said = new Set(own.map(({ id }) => names.get(id)!));
    return said.size === 0 ? [] : [[name, [...said].slice(0, MOST).join(", ")] as const];
  });
  return new Map(titles);
}
