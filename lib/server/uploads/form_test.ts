import { assertEquals, assertRejects } from "@std/assert";
import { FormError, type FormLimits, readFiles } from "./form.ts";
import { tempFolder } from "@/lib/avatars/model_fixture.ts";

const LIMITS: FormLimits = { bytes: 100_000, files: 3, seconds: 10, idleSeconds: 10 };
const TYPE = { "content-type": "multipart/form-data; boundary=B" };
const BEGIN = `--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`;

function request(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

function form(...files: [name: string, bytes: Uint8Array<ArrayBuffer>, part?: string][]): FormData {
  const form = new FormData();
  for (const [name, bytes, part = "file"] of files) form.append(part, new File([bytes], name));
  return form;
}

/** Sends a body in pieces of so many bytes. */
async function inPieces(form: FormData, size: number): Promise<Request> {
  const whole = request(form);
  const bytes = new Uint8Array(await whole.arrayBuffer());
  const pieces = Array.from(
    { length: Math.ceil(bytes.length / size) },
    (_, i) => bytes.slice(i * size, (i + 1) * size),
  );
  return request(ReadableStream.from(pieces), { "content-type": whole.headers.get("content-type")! });
}

Deno.test("readFiles() puts files on disk, and tells the paths they are named by", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  const sent = form(["フォルダ/ü.bin", bytes], ["b", new Uint8Array()], ["c", bytes.slice(0, 10)], [
    "x",
    bytes,
    "other",
  ]);
  sent.append("field", "text");
  for (const size of [17, 1_000, 200_000]) {
    await using temp = await tempFolder();
    const files = await readFiles(await inPieces(sent, size), temp.path, { ...LIMITS, bytes: 200_000, files: 4 });
    assertEquals(files.map((file) => [file.name, file.size]), [["フォルダ/ü.bin", 50_000], ["b", 0], ["c", 10]]);
    assertEquals(await Promise.all(files.map(({ path }) => Deno.readFile(path))), [
      bytes,
      new Uint8Array(),
      bytes.slice(0, 10),
    ]);
  }
});

Deno.test("readFiles() refuses what is too long, whether it is announced or not", async () => {
  const whole = request(form(["a", new Uint8Array(200_000)]));
  const type = whole.headers.get("content-type")!;
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(10_000));
    },
  });
  const announced = request(await whole.arrayBuffer(), { "content-type": type, "content-length": "200500" });
  const streamed = request(
    ReadableStream.from((async function* () {
      yield new TextEncoder().encode(BEGIN);
      yield* endless;
    })()),
    TYPE,
  );
  for (const one of [announced, streamed]) {
    await using temp = await tempFolder();
    const error = await assertRejects(() => readFiles(one, temp.path, LIMITS), FormError, "Cannot take more than");
    assertEquals(error.status, 413);
  }
  assertEquals(pulled < 30, true, `${pulled} pieces were read`);
});

Deno.test("readFiles() refuses too many files", async () => {
  await using temp = await tempFolder();
  const many = form(
    ...Array.from({ length: 4 }, (_, i) => [`${i}`, new Uint8Array(1)] as [string, Uint8Array<ArrayBuffer>]),
  );
  const error = await assertRejects(() => readFiles(request(many), temp.path, LIMITS), FormError, "more than 3 files");
  assertEquals(error.status, 413);
});

Deno.test("readFiles() does not wait for a form that does not come", async () => {
  const never = () =>
    request(
      ReadableStream.from((async function* () {
        for (;;) {
          yield new TextEncoder().encode(BEGIN);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })()),
      TYPE,
    );
  for (const limits of [{ ...LIMITS, idleSeconds: 0.01 }, { ...LIMITS, seconds: 0.2 }]) {
    await using temp = await tempFolder();
    const error = await assertRejects(() => readFiles(never(), temp.path, limits), FormError, "Cannot wait");
    assertEquals(error.status, 408);
  }
  // What waits within the source ends with its own time.
  await new Promise((resolve) => setTimeout(resolve, 100));
});

Deno.test("readFiles() refuses what is no form, or a broken one", async () => {
  const breaking = ReadableStream.from((async function* () {
    yield new TextEncoder().encode(BEGIN + "half");
    await Promise.reject(new Error("the line broke"));
  })());
  const cases: [request: Request, status: number][] = [
    [request("{}", { "content-type": "application/json" }), 415],
    [new Request("http://localhost/", { method: "POST" }), 415],
    [request("no border", TYPE), 400],
    [request(BEGIN + "half", TYPE), 400],
    [request(`--B\r\nContent-Disposition: form-data; name="file"; filename="a"`, TYPE), 400],
    [request(breaking, TYPE), 400],
    [request("", { "content-type": "multipart/form-data" }), 415],
    [request("", { "content-type": "multipart/form-data; nothing=B" }), 415],
  ];
  for (const [one, status] of cases) {
    await using temp = await tempFolder();
    assertEquals((await assertRejects(() => readFiles(one, temp.path, LIMITS), FormError)).status, status);
  }
});
