import { Buffer } from "node:buffer";
import { refuseLinkLocal } from "./link_local.ts";
import { forgetLoopbackAddress, withLoopbackAddress } from "./localhost.ts";
import { abortable } from "@/lib/waiting.ts";

/** How a language model's server is asked. */
export interface Question {
  headers?: Record<string, string>;
  /** What is posted, as JSON unless it is a form; a GET without it. */
  body?: unknown;
  /** Whether link-local and metadata addresses may be asked. Default: false. */
  allowLinkLocal?: boolean | undefined;
  /** The `Authorization` header, a secret. What stands before an `@` in the address takes its place. */
  authorization?: string | undefined;
  signal: AbortSignal;
}

/**
 * Asks a server over HTTP; at `localhost`, whichever of its addresses answers. No redirects are followed, so that nobody
 * else is asked than whom `address` names. What it has before an `@` goes along as a proxy wants it (RFC 7617), and
 * nowhere else.
 *
 * @throws {LlmError} when the address is link-local and that is not allowed
 * @throws {TypeError} when there is no connection, or no HTTP on it
 * @throws the reason of `signal`
 */
export async function ask(
  address: string,
  { headers, body, allowLinkLocal = false, authorization: wanted, signal }: Question,
): Promise<Response> {
  const { url, authorization = wanted } = authorized(new URL(address));
  if (!allowLinkLocal) await abortable(refuseLinkLocal(url.hostname), signal);
  const target = await abortable(withLoopbackAddress(url), signal);
  const isForm = body instanceof FormData;
  const init: RequestInit = {
    ...(body !== undefined && { method: "POST", body: isForm ? body : JSON.stringify(body) }),
    headers: {
      // A form has a boundary of its own in it.
      ...(body !== undefined && !isForm && { "content-type": "application/json" }),
      ...headers,
      ...(authorization !== undefined && { authorization }),
    },
    redirect: "manual",
    signal,
  };
  try {
    return await fetch(target, init);
  } catch (error) {
    forgetLoopbackAddress(url);
    throw error;
  }
}

/** The address without a user, and what stands for the user in a header. */
function authorized(url: URL): { url: URL; authorization?: string } {
  const { username, password } = url;
  if (username === "" && password === "") return { url };
  url.username = url.password = "";
  const user = [username, password].map(decodeURIComponent).join(":");
  return { url, authorization: `Basic ${Buffer.from(user).toString("base64")}` };
}
