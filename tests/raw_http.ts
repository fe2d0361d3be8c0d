/** HTTP by hand, for requests that fetch() would tidy up or not send. */
import { within } from "./until.ts";

export interface Answer {
  status: number;
  headers: Headers;
  /** Empty for an upgrade that was granted. */
  body: string;
}

const encoder = new TextEncoder();

/** Sends one request just as it is given. Without a Host header of its own it is for localhost. */
export async function request(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  using connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  const lines = Object.entries({ host: `localhost:${port}`, connection: "close", ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  await connection.write(encoder.encode(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`));
  const text = await readAnswer(connection);
  const [head = "", ...body] = text.split("\r\n\r\n");
  const [first = "", ...fields] = head.split("\r\n");
  return {
    status: Number(first.split(" ")[1]),
    headers: new Headers(fields.map((field): [string, string] => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon), field.slice(colon + 1).trim()];
    })),
    body: body.join("\r\n\r\n"),
  };
}

/** Asks for a WebSocket, and leaves as soon as it is granted or refused. */
export function upgrade(port: number, path: string, headers: Record<string, string>): Promise<Answer> {
  return request(port, path, {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  });
}

/** Reads until the other side closes, or grants an upgrade, or has sent as much as it announced. */
async function readAnswer(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(16_384);
  let text = "";
  for (;;) {
    const read = await within(() => `the rest of "${text}"`, connection.read(buffer));
    if (read === null) return text;
    text += decoder.decode(buffer.subarray(0, read), { stream: true });
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) continue;
    if (text.startsWith("HTTP/1.1 101")) return text.slice(0, end + 4);
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text.slice(0, end + 2))?.[1];
    if (length !== undefined && encoder.encode(text.slice(end + 4)).length >= Number(length)) return text;
  }
}
