import { assertEquals } from "@std/assert";
import type { NamedFile, UploadFiles } from "./upload_files.ts";
import { parseUploadAnswer, type UploadAnswer, UploadStore } from "./upload_store.ts";

const ZIP: NamedFile[] = [{ path: "mia.zip", file: new File(["zip"], "mia.zip") }];

/** A store whose server is in the test's hands. */
function setUp() {
  const sent: {
    files: UploadFiles;
    signal: AbortSignal;
    share(share: number): void;
    answer(answer: UploadAnswer): void;
    fail(): void;
  }[] = [];
  const uploaded: string[] = [];
  const uploads = new UploadStore((files, signal, share) => {
    const { promise, resolve, reject } = Promise.withResolvers<UploadAnswer>();
    signal.addEventListener("abort", () => reject(signal.reason));
    sent.push({ files, signal, share, answer: resolve, fail: () => reject(new TypeError("broke")) });
    return promise;
  }, (kind) => uploaded.push(kind));
  const seen: string[] = [];
  uploads.current.subscribe((upload) => seen.push(upload === null ? "-" : upload.phase));
  return { uploads, sent, uploaded, seen };
}

/** Resolves when everything that is ready to go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

Deno.test("UploadStore tells how far it is, and who has come", async () => {
  const { uploads, sent, uploaded, seen } = setUp();
  const over = uploads.pick(ZIP);
  await settled();
  sent[0]!.share(0.5);
  assertEquals(uploads.current.value, { phase: "sending", kind: "avatar", label: "mia.zip", share: 0.5 });
  sent[0]!.answer({ result: { name: "Mia", warnings: ["No physics"] } });
  await over;
  assertEquals(uploads.current.value, {
    phase: "done",
    kind: "avatar",
    result: { name: "Mia", warnings: ["No physics"] },
  });
  assertEquals([uploaded, seen], [["avatar"], ["-", "reading", "sending", "sending", "done"]]);
  uploads.dismiss();
  assertEquals(uploads.current.value, null);
});

Deno.test("UploadStore forgets who has come when another of the kind is chosen, and nothing that is going on", async () => {
  const { uploads, sent } = setUp();
  const over = uploads.pick([{ path: "card.png", file: new File([], "card.png") }]);
  await settled();
  uploads.outdate("character");
  assertEquals(uploads.current.value?.phase, "sending");
  sent[0]!.answer({ result: { name: "Mei", warnings: ["Its scripts are not run"] } });
  await over;
  uploads.outdate("avatar");
  assertEquals(uploads.current.value?.phase, "done");
  uploads.outdate("character");
  assertEquals(uploads.current.value, null);
});

Deno.test("UploadStore names what is wrong, sends nothing that is unfit, and knows a broken line", async () => {
  const { uploads, sent, uploaded } = setUp();
  const over = uploads.pick(ZIP);
  await settled();
  sent[0]!.answer({ causes: ["The moc is missing"] });
  await over;
  assertEquals(uploads.current.value, {
    phase: "failed",
    kind: "avatar",
    label: "mia.zip",
    causes: ["The moc is missing"],
  });
  await uploads.pick([{ path: "song.mp3", file: new File([], "song.mp3") }]);
  assertEquals([uploads.current.value, sent.length], [{ phase: "invalid", problem: "unknown" }, 1]);
  const broken = uploads.pick(ZIP);
  await settled();
  sent[1]!.fail();
  await broken;
  assertEquals([uploads.current.value, uploaded], [
    { phase: "failed", kind: "avatar", label: "mia.zip", causes: [] },
    [],
  ]);
});

Deno.test("UploadStore forgets what is stopped, or overtaken by another", async () => {
  const { uploads, sent } = setUp();
  const first = uploads.pick(ZIP);
  await settled();
  const second = uploads.pick([{ path: "card.png", file: new File([], "card.png") }]);
  await first;
  await settled();
  assertEquals([sent[0]!.signal.aborted, uploads.current.value?.phase, sent[1]!.files.kind], [
    true,
    "sending",
    "character",
  ]);
  uploads.dismiss();
  await second;
  assertEquals([sent[1]!.signal.aborted, uploads.current.value], [true, null]);
});

Deno.test("A7: a proxy's page is one thing to say, and none of its lines is a cause", () => {
  const page =
    "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<hr><center>nginx</center>";
  assertEquals(parseUploadAnswer(413, page), { causes: [], proxyStatus: 413 });
  assertEquals(parseUploadAnswer(422, '{"message":"<b> is no model"}'), { causes: ["<b> is no model"] });
});

Deno.test("parseUploadAnswer() takes what the server says, whatever stands before it", () => {
  const cases: [status: number, body: string, answer: UploadAnswer][] = [
    [201, '{"name":"Mia","warnings":["a"]}', { result: { name: "Mia", warnings: ["a"] } }],
    [201, '{"name":"Yuki"}', { result: { name: "Yuki", warnings: [] } }],
    [422, '{"code":"bad_value","message":"a is missing\\nb is no image"}', {
      causes: ["a is missing", "b is no image"],
    }],
    [422, '{"message":"a","hint":"do b"}', { causes: ["a", "do b"] }],
    [413, "Too large\n", { causes: ["Too large"] }],
    [502, "", { causes: [] }],
    [201, "null", { causes: ["null"] }],
  ];
  for (const [status, body, answer] of cases) assertEquals(parseUploadAnswer(status, body), answer, body);
});
