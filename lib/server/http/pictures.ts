/** A picture that is in memory. */
interface Picture {
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Answers with a picture whose address tells its version, so that it never changes; 404 where there is none. */
export function servePicture(picture: Picture | undefined): Response {
  if (picture === undefined) return new Response("There is no such picture\n", { status: 404 });
  const headers = { "content-type": picture.type, "cache-control": "private, max-age=31536000, immutable" };
  return new Response(picture.bytes, { headers });
}
