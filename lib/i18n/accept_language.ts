// @ts-types="@/lib/negotiator.d.ts"
import Negotiator from "negotiator";
import { firstLanguage, type Language } from "./language.ts";

/**
 * The language of ours that a request wants most. Only on the server: a page knows the reader's languages by themselves.
 *
 * @param header its `Accept-Language`, such as `fr-CH, ja;q=0.9, en;q=0.8`
 */
export function acceptedLanguage(header: string | null): Language {
  return firstLanguage(new Negotiator({ headers: { "accept-language": header ?? "" } }).languages());
}
