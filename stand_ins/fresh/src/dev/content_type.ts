import mime from "mime";

/** The Content-Type of a file, by the end of its name. */
export function contentType(path: string): string {
  const type = mime.getType(path) ?? "text/plain";
  return /^text\/|\/(json|javascript|manifest\+json)$/.test(type) ? `${type}; charset=UTF-8` : type;
}
