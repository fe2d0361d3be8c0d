/** Quotation marks of any script, and which of them end what another one begins. */

const CLOSING: Record<string, string> = {
  '"': '"',
  "＂": "＂",
  "“": "”",
  "„": "“”",
  "”": "”",
  "«": "»",
  "»": "«",
  "「": "」",
  "『": "』",
  "｢": "｣",
  "〝": "〟〞",
};

/** What ends a quotation that begins at `at`; undefined when none does. Where none is open. */
export function quotationFrom(text: string, at: number): string | undefined {
  const sign = text.charAt(at);
  const closing = CLOSING[sign];
  if (closing === undefined) return undefined;
  // Inches and seconds, and the end of a quotation whose beginning nobody saw.
  const opens = sign !== '"' && sign !== "”" && sign !== "»" || !/[\p{L}\p{N}.,!?…]/u.test(text.charAt(at - 1));
  return opens ? closing : undefined;
}
