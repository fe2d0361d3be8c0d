import { assertEquals, assertRejects } from "@std/assert";
import { FormError, readForm } from "./form.ts";

function request(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

function form(bytes: number): FormData {
  const form = new FormData();
  form.append("file", new File([new Uint8Array(bytes)], "フォルダ/ü.bin"));
  return form;
}

Deno.test("readForm() reads files with the paths they are named by", async () => {
  const read = await readForm(request(form(1_000)), 10_000);
  const file = read.get("file") as File;
  assertEquals([file.name, file.size], ["フォルダ/ü.bin", 1_000]);
});

Deno.test("readForm() refuses what is too long, whether it is announced or not", async () => {
  const whole = request(form(20_000));
  const type = whole.headers.get("content-type")!;
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1_000));
    },
  });
  const begin = new TextEncoder().encode(
    `--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`,
  );
  const announced = request(await whole.arrayBuffer(), { "content-type": type, "content-length": "20500" });
  const streamed = request(
    ReadableStream.from((async function* () {
      yield begin;
      yield* endless;
    })()),
    { "content-type": "multipart/form-data; boundary=B" },
  );
  for (const one of [announced, streamed]) {
    const error = await assertRejects(() => readForm(one, 10_000), FormError, "Cannot take more than");
    assertEquals(error.status, 413);
  }
  assertEquals(pulled < 30, true, `${pulled} pieces were read`);
});

Deno.test("readForm() refuses what is no form, or a broken one", async () => {
  const cases: [request: Request, status: number][] = [
    [request("{}", { "content-type": "application/json" }), 415],
    [new Request("http://localhost/", { method: "POST" }), 415],
    [request("no border", { "content-type": "multipart/form-data; boundary=B" }), 400],
    [request("", { "content-type": "multipart/form-data" }), 415],
  ];
  for (const [one, status] of cases) {
    assertEquals((await assertRejects(() => readForm(one, 1_000), FormError)).status, status);
  }
});
