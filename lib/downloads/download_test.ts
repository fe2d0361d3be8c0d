import { assert, assertEquals, assertRejects } from "@std/assert";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ARCHIVE, DownloadHost, type HostFaults, HOSTILE_ARCHIVE, noise } from "@/tests/download_host.ts";
import { collectGarbage, hasCollector } from "@/tests/collector.ts";
import { until, within } from "@/tests/until.ts";
import { DownloadError } from "./download_error.ts";
import { download, downloaded, type DownloadOptions, type DownloadProgress, removeDownload } from "./download.ts";
import type { RemoteFile, RemoteFolder } from "./remote_folder.ts";

const BYTES = 40_000;
const HALF = 20_000;

/** A host with one file, and a folder on the disk that it is to come to. */
class Scene implements AsyncDisposable {
  readonly content = noise(BYTES);
  readonly file: RemoteFile;
  readonly wanted: RemoteFolder;
  readonly progress: DownloadProgress[] = [];
  readonly abort = new AbortController();
  readonly #options: Partial<DownloadOptions>;

  private constructor(readonly host: DownloadHost, options: Partial<DownloadOptions>) {
    this.file = this.host.add("model.onnx", this.content);
    this.wanted = { folder: join(Deno.makeTempDirSync(), "voices", "test"), files: [this.file] };
    this.#options = options;
  }

  static async open(options: Partial<DownloadOptions> = {}): Promise<Scene> {
    return new Scene(await DownloadHost.open(), options);
  }

  fetch(wanted = this.wanted): Promise<void> {
    const onProgress = (progress: DownloadProgress) => this.progress.push(progress);
    return download(wanted, { signal: this.abort.signal, onProgress, ...this.#options });
  }

  /** Where what has come of the file lies. */
  get part(): string {
    return join(dirname(this.wanted.folder), ".test.part", "fetched", "model.onnx");
  }

  /** Fails as the host makes it fail. */
  async fails(faults: HostFaults, message: string, hint: string): Promise<void> {
    this.host.fault("model.onnx", faults);
    const error = await assertRejects(() => this.fetch(), DownloadError, message);
    assert(error.hint.includes(hint), error.hint);
    this.host.fault("model.onnx", {});
  }

  /** What lies in its folder, by path, and whether nothing is left beside it. */
  async whole(): Promise<void> {
    assertEquals(await Deno.readFile(join(this.wanted.folder, "model.onnx")), this.content);
    assertEquals([...Deno.readDirSync(dirname(this.wanted.folder))].map(({ name }) => name), ["test"]);
    assertEquals(await downloaded(this.wanted), { state: "there" });
  }

  get ranges(): (string | undefined)[] {
    return this.host.requests.map(({ range }) => range);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort.abort(new Error("The scene is over"));
    await this.host[Symbol.asyncDispose]();
    await Deno.remove(dirname(dirname(this.wanted.folder)), { recursive: true });
  }
}

Deno.test("a folder appears whole, with its progress, and is not fetched again", async () => {
  await using scene = await Scene.open();
  const { host } = scene;
  const license = { ...host.add("LICENSE", noise(100)), path: "docs/LICENSE" };
  const wanted = { ...scene.wanted, files: [scene.file, license] };
  assertEquals(await downloaded(wanted), { state: "absent" });
  await scene.fetch(wanted);
  await scene.whole();
  assertEquals((await Deno.stat(join(wanted.folder, "docs/LICENSE"))).size, 100);
  assertEquals(scene.progress[0], { step: "fetching", completed: 0, total: BYTES + 100 });
  assertEquals(scene.progress.at(-1), { step: "fetching", completed: BYTES + 100, total: BYTES + 100 });
  await scene.fetch(wanted);
  assertEquals(host.requests.length, 2);
});

Deno.test("a line that breaks is gone on with where it broke", async () => {
  await using scene = await Scene.open();
  await scene.fails({ breakAfter: HALF }, "broke off before its end", "what has come so far is kept");
  assertEquals(await downloaded(scene.wanted), { state: "partial", completed: HALF, total: BYTES });
  await scene.fetch();
  await scene.whole();
  assertEquals(scene.ranges, [undefined, `bytes=${HALF}-`]);
});

Deno.test("what a program had when it was killed is gone on with by the next one", async () => {
  await using scene = await Scene.open();
  const { host, wanted } = scene;
  host.fault("model.onnx", { holdAfter: HALF });
  const program = fileURLToPath(new URL("./download_fixture.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", "--quiet", program, JSON.stringify(wanted)],
  }).spawn();
  await until("half of it is there", async () => {
    const seen = await downloaded(wanted);
    return seen.state === "partial" && seen.completed === HALF;
  });
  child.kill("SIGKILL");
  await child.status;
  host.fault("model.onnx", {});
  await scene.fetch();
  await scene.whole();
  assertEquals(scene.ranges, [undefined, `bytes=${HALF}-`]);
});

Deno.test("a host that begins anew, or cannot go on, is taken from the beginning", async () => {
  for (const faults of [{ noRanges: true }, { status: 416 }]) {
    await using scene = await Scene.open();
    await scene.fails({ breakAfter: HALF }, "broke off", "kept");
    scene.host.fault("model.onnx", faults);
    if ("status" in faults) {
      const error = await assertRejects(() => scene.fetch(), DownloadError, "the host answers 416");
      assert(error.hint.includes("later"));
      scene.host.fault("model.onnx", {});
    }
    await scene.fetch();
    await scene.whole();
  }
});

Deno.test("a range that is not the one that was asked for is not appended", async () => {
  await using scene = await Scene.open();
  await scene.fails({ breakAfter: HALF }, "broke off", "kept");
  // A part that does not end where the file does.
  await scene.fails({ content: noise(BYTES + 50) }, `${BYTES + 50} bytes instead of ${BYTES}`, "newer version");
  await scene.fetch();
  await scene.whole();
});

Deno.test("each fault of a host is told in words of its own", async () => {
  await using scene = await Scene.open();
  await scene.fails({ status: 503 }, "the host answers 503", "Try again later");
  await scene.fails({ status: 404 }, "the host answers 404", "does not have it any more");
  await scene.fails({ content: noise(BYTES - 1) }, `${BYTES - 1} bytes instead of ${BYTES}`, "another file");
  await scene.fails({ content: noise(BYTES + 1) }, `${BYTES + 1} bytes instead of ${BYTES}`, "another file");
  await scene.fails({ content: noise(BYTES + 1), noLength: true }, `more than the ${BYTES} bytes`, "another file");
  assertEquals(await downloaded(scene.wanted), { state: "absent" });
  await scene.fails({ content: noise(BYTES) }, "its checksum (SHA-256) is", "it begins anew");
  assertEquals(await downloaded(scene.wanted), { state: "absent" });
  await scene.fails({ redirect: scene.file.url }, `Cannot fetch ${scene.file.url}: `, "Check the connection");
  const elsewhere = scene.host.add("elsewhere", scene.content);
  scene.host.fault("model.onnx", { redirect: elsewhere.url });
  await scene.fetch();
  await scene.whole();
});

Deno.test("a host that nobody answers at is told", async () => {
  await using scene = await Scene.open();
  await scene.host[Symbol.asyncDispose]();
  const error = await assertRejects(() => scene.fetch(), DownloadError, `Cannot fetch ${scene.file.url}: `);
  assert(error.hint.includes("Check the connection"));
});

Deno.test("a host that falls silent is left, and what has come is kept", async () => {
  await using scene = await Scene.open({ idleMs: 1_000 });
  await scene.fails({ holdAfter: HALF }, "has stood still for 1 s", "what has come so far is kept");
  assertEquals(await downloaded(scene.wanted), { state: "partial", completed: HALF, total: BYTES });
  await scene.fetch();
  await scene.whole();
});

Deno.test("what was changed on the disk meanwhile is found out by the checksum, and fetched anew", async () => {
  await using scene = await Scene.open();
  await scene.fails({ breakAfter: HALF }, "broke off", "kept");
  await Deno.writeFile(scene.part, noise(HALF));
  await scene.fails({}, "checksum", "begins anew");
  await Deno.writeFile(scene.part, noise(BYTES + 1));
  await scene.fetch();
  await scene.whole();
});

Deno.test("a file that has come whole is not asked for again", async () => {
  await using scene = await Scene.open();
  const second = scene.host.add("second", noise(100));
  const wanted = { ...scene.wanted, files: [scene.file, second] };
  scene.host.fault("second", { status: 500 });
  await assertRejects(() => scene.fetch(wanted), DownloadError, "500");
  scene.host.fault("second", {});
  await scene.fetch(wanted);
  assertEquals(scene.host.requests.map(({ path }) => path), ["/model.onnx", "/second", "/second"]);
});

Deno.test("what is stopped keeps what has come, and what is removed does not", async () => {
  await using scene = await Scene.open();
  const { wanted, host } = scene;
  host.fault("model.onnx", { holdAfter: HALF });
  const stopped = assertRejects(() => scene.fetch(), Error, "enough");
  await until("half of it is there", () => scene.progress.at(-1)?.completed === HALF);
  scene.abort.abort(new Error("enough"));
  await stopped;
  assertEquals(await downloaded(wanted), { state: "partial", completed: HALF, total: BYTES });
  await removeDownload(wanted);
  assertEquals([await downloaded(wanted), [...Deno.readDirSync(dirname(wanted.folder))]], [{ state: "absent" }, []]);
});

Deno.test({
  // ROOT CAUSE: Deno's fetch ties its signal to the Response, which nobody holds while only its body is read.
  name: "a download ends when it is stopped, even after a garbage collection",
  ignore: !hasCollector,
  fn: async () => {
    await using scene = await Scene.open();
    scene.host.fault("model.onnx", { holdAfter: HALF });
    const stopped = scene.fetch().then(() => "went on", (error) => error.message);
    await until("half of it is there", () => scene.progress.at(-1)?.completed === HALF);
    await collectGarbage();
    scene.abort.abort(new Error("enough"));
    assertEquals(await within("it ends", stopped, 10_000), "enough");
  },
});

Deno.test("a disk without room is told of before anything is fetched", async () => {
  await using scene = await Scene.open({ freeBytes: () => Promise.resolve(BYTES - 1) });
  const error = await assertRejects(() => scene.fetch(), DownloadError, "1 MB are missing on the disk");
  assert(error.hint.includes("Free some space"));
  assertEquals(scene.host.requests, []);
});

Deno.test({
  name: "a disk that becomes full is told of",
  // A device that is always full.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using scene = await Scene.open();
    await Deno.mkdir(dirname(scene.part), { recursive: true });
    await Deno.symlink("/dev/full", scene.part);
    const error = await assertRejects(() => scene.fetch(), DownloadError, "the disk is full");
    assert(error.hint.includes("Free some space"));
  },
});

Deno.test("an archive is unpacked, without the folder that it holds everything in", async () => {
  await using scene = await Scene.open();
  const archive = { ...scene.host.add("vits-test.tar.bz2", ARCHIVE), unpack: "tar.bz2" as const };
  const { folder } = scene.wanted;
  await scene.fetch({ folder, files: [archive, scene.file] });
  // The file of the list comes in place of the archive's own.
  await scene.whole();
  assertEquals((await Deno.readTextFile(join(folder, "tokens.txt"))).split("\n")[0], "_ 0");
  assertEquals(await Deno.readTextFile(join(folder, "espeak-ng-data/lang/en")), "name English\n");
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).toSorted(), [
    "espeak-ng-data",
    "model.onnx",
    "tokens.txt",
  ]);
  assertEquals(scene.progress.at(-1), { step: "unpacking", completed: ARCHIVE.length, total: ARCHIVE.length });
});

Deno.test("an archive that is none, or leads out of its folder, makes no folder", async () => {
  for (const content of [noise(500), HOSTILE_ARCHIVE, ARCHIVE.slice(0, 150)]) {
    await using scene = await Scene.open();
    const archive = { ...scene.host.add("bad.tar.bz2", content), unpack: "tar.bz2" as const };
    const error = await assertRejects(
      () => scene.fetch({ folder: scene.wanted.folder, files: [archive] }),
      DownloadError,
      "Cannot unpack",
    );
    assert(error.hint.includes("Remove it"));
    const beside = [...Deno.readDirSync(dirname(scene.wanted.folder))].map(({ name }) => name);
    assertEquals(beside, [".test.part"]);
  }
});
