import type { Handler } from "./compress.ts";

/** Wraps a handler so that it never sees a path with a broken percent escape, on which Fresh's router would throw. */
export function wellFormed(handler: Handler): Handler {
  return (request, info) => {
    try {
      decodeURIComponent(new URL(request.url).pathname);
    } catch {
      // Whatever was meant, no file and no page has that name.
      return new Response("Cannot read the address: a % in it is not followed by two hexadecimal digits\n", {
        status: 400,
      });
    }
    return handler(request, info);
  };
}
