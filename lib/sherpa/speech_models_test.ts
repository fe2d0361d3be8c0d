import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { fetchRuntime, runtimePackages } from "./fetch_runtime.ts";
import { NEEDS_PACKAGES } from "./runtime.ts";
import { SpeechModels } from "./speech_models.ts";
import { testVoices } from "./speech_models_fixture.ts";
import { bytesOf } from "@/lib/downloads/remote_folder.ts";
import { RECOGNISERS, WAKE_WORDS } from "@/lib/hearing/catalogue.ts";
import { VOICES } from "@/lib/voice/sherpa/catalogue.ts";
import { readModelFolder } from "@/lib/voice/sherpa/model_folder.ts";
import { writeToneVoice } from "@/lib/voice/sherpa/tone_voice_fixture.ts";
import { VoiceFolders } from "@/lib/voice/sherpa/voice_folders.ts";
import { DownloadError } from "@/lib/downloads/download_error.ts";
import type { SpeechModelInfo, SpeechModelProgress } from "@/lib/protocol/speech_models.ts";
import { ARCHIVE, DownloadHost } from "@/tests/download_host.ts";
import { until } from "@/tests/until.ts";

const HALF = 100;

class Scene implements AsyncDisposable {
  readonly dataDir = Deno.makeTempDirSync();
  readonly options: ReturnType<typeof testVoices>;
  readonly models: SpeechModels;
  readonly progress: SpeechModelProgress[] = [];

  private constructor(readonly host: DownloadHost) {
    this.options = testVoices(host);
    this.models = new SpeechModels(this.dataDir, this.options);
  }

  static async open(): Promise<Scene> {
    return new Scene(await DownloadHost.open());
  }

  fetch(id: string): Promise<void> {
    const onProgress = (progress: SpeechModelProgress) => void this.progress.push(progress);
    return this.models.fetch(id, { signal: new AbortController().signal, onProgress });
  }

  async voice(id: string): Promise<SpeechModelInfo> {
    return (await this.models.list("voice")).models.find((voice) => voice.id === id)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.models.close();
    await this.host[Symbol.asyncDispose]();
    await Deno.remove(this.dataDir, { recursive: true });
  }
}

Deno.test("each list has models of many languages, each with a licence, a source, its size and its checksum", () => {
  for (const catalogue of [VOICES, RECOGNISERS]) {
    const knowing = (language: string) =>
      catalogue.filter(({ languages }) => languages.some((one) => one.split("-")[0] === language)).length;
    assertEquals(["en", "zh", "ja", "de", "fr", "es"].filter((language) => knowing(language) === 0), []);
    assertEquals(new Set(catalogue.map(({ id }) => id)).size, catalogue.length);
  }
  for (const catalogue of [VOICES, RECOGNISERS, [WAKE_WORDS]]) {
    for (const { id, files = [], languages, source, licenses } of catalogue) {
      for (const { url, path, sha256, bytes } of files) {
        assert(url.startsWith("https://") && url.endsWith(`/${path}`), url);
        assert(/^[0-9a-f]{64}$/.test(sha256) && bytes > 1_000, url);
      }
      assert(bytesOf({ files }) > 1_000_000, id);
      assert(Intl.getCanonicalLocales([...languages]).length > 0);
      for (const page of [source, ...licenses.map(({ url }) => url)]) assert(URL.canParse(page), page);
    }
  }
  assert(RECOGNISERS.length >= 5 && RECOGNISERS.some(({ streaming }) => streaming), "some tell words at once");
});

Deno.test("a voice is fetched with the program that it needs, and appears in its folder", async () => {
  await using scene = await Scene.open();
  const { models } = scene;
  assertEquals([(await scene.voice("test-voice")).state, (await models.list("voice")).runtime.there], [
    "absent",
    false,
  ]);
  await scene.fetch("test-voice");
  assertEquals([(await scene.voice("test-voice")).state, (await models.list("voice")).runtime.there], ["there", true]);
  assertEquals(scene.progress.at(-1), { step: "unpacking", completed: ARCHIVE.length, total: ARCHIVE.length });
  await Deno.mkdir(join(models.folderOf("voice"), "mine"));
  const laid = await new VoiceFolders(models.folderOf("voice"), (id) => models.find(id)).list();
  assertEquals(laid.map(({ name, languages }) => [name, languages]), [["mine", []], ["Test voice", ["en-GB", "ja"]]]);
  const read = await readModelFolder(join(models.folderOf("voice"), "test-voice"));
  assertEquals("kind" in read && read.kind, "vits");
  await models.remove("test-voice");
  assertEquals((await scene.voice("test-voice")).state, "absent");
  assertEquals([...Deno.readDirSync(models.folderOf("voice"))].map(({ name }) => name), ["mine"]);
});

Deno.test("a voice that is cancelled is gone on with, also by another start of the program", async () => {
  await using scene = await Scene.open();
  const { host, models } = scene;
  host.fault("test-voice.tar.bz2", { holdAfter: HALF });
  const cancelled = assertRejects(() => scene.fetch("test-voice"), DOMException, "cancelled");
  await until("half of it is there", () => scene.progress.some((one) => "completed" in one && one.completed === HALF));
  assertEquals((await scene.voice("test-voice")).state, "running");
  await models.cancel("test-voice");
  await cancelled;
  const restarted = new SpeechModels(scene.dataDir, scene.options);
  const [voice] = (await restarted.list("voice")).models;
  assertEquals([voice?.state, voice?.completed, voice?.problem], ["partial", HALF, undefined]);
  host.fault("test-voice.tar.bz2", {});
  await scene.fetch("test-voice");
  assertEquals(host.requests.map(({ range }) => range), [undefined, `bytes=${HALF}-`]);
});

Deno.test("why a voice is not there is told until it is fetched or removed", async () => {
  await using scene = await Scene.open();
  const { models, options } = scene;
  options.runtimes.missing = true;
  await assertRejects(() => scene.fetch("test-voice"), DownloadError, "there is no line");
  const { problem } = await scene.voice("test-voice");
  assert(problem?.hint?.includes(models.runtimeFolder), problem?.hint);
  options.runtimes.missing = false;
  await scene.fetch("test-voice");
  assertEquals((await scene.voice("test-voice")).problem, undefined);
  await assertRejects(() => scene.fetch("broken-voice"), DownloadError, "Cannot unpack");
  const broken = await scene.voice("broken-voice");
  assertEquals([broken.state, broken.completed], ["partial", 500]);
  assert(broken.problem?.message.includes("Cannot unpack"));
  await models.remove("broken-voice");
  const removed = await scene.voice("broken-voice");
  assertEquals([removed.state, removed.problem], ["absent", undefined]);
});

Deno.test("a folder that the list does not know is told with what it lacks, or what any model needs", async () => {
  await using scene = await Scene.open();
  const models = new SpeechModels(scene.dataDir, { ...scene.options, readers: { voice: readModelFolder } });
  const own = async () => (await models.list("voice")).own;
  assertEquals(await own(), []);
  const folder = models.folderOf("voice");
  await writeToneVoice(join(folder, "mine"));
  for (const id of ["half", "test-voice", ".broken-voice.part"]) await Deno.mkdir(join(folder, id));
  const half = { id: "half", problem: "model.onnx is missing" };
  assertEquals(await own(), [half, { id: "mine", problem: NEEDS_PACKAGES }]);
  await scene.options.fetchRuntime?.(models.runtimeFolder, new AbortController().signal);
  assertEquals(await own(), [half, { id: "mine" }]);
  assertEquals((await models.list("recogniser")).own, []);
});

Deno.test("a voice whose program has gone, or is of another version, is lacking, and the program alone is fetched for it", async () => {
  await using scene = await Scene.open();
  const { host, models, options } = scene;
  await scene.fetch("test-voice");
  const packageFile = join(models.runtimeFolder, "sherpa-onnx", "package.json");
  const breaks: (() => Promise<void>)[] = [
    () => Deno.remove(models.runtimeFolder, { recursive: true }),
    () => Deno.writeTextFile(packageFile, JSON.stringify({ version: "1.12.0" })),
    () => Deno.writeTextFile(packageFile, "{"),
    // As it comes with a data folder from another machine.
    () => Deno.rename(join(models.runtimeFolder, "sherpa-onnx"), join(models.runtimeFolder, "sherpa-onnx-plan9-x64")),
  ];
  for (const break_ of breaks) {
    await break_();
    const { state, lacks } = await scene.voice("test-voice");
    assertEquals([state, lacks?.map(({ name, bytes }) => [name, bytes])], ["lacking", [[
      "sherpa-onnx 1.13.8",
      15_000_000,
    ]]]);
    options.runtimes.missing = true;
    await assertRejects(() => scene.fetch("test-voice"), DownloadError, "there is no line");
    assert((await scene.voice("test-voice")).problem?.message.includes("there is no line"));
    options.runtimes.missing = false;
    await scene.fetch("test-voice");
    const whole = await scene.voice("test-voice");
    assertEquals([whole.state, whole.lacks, whole.problem], ["there", undefined, undefined]);
    assertEquals([...Deno.readDirSync(models.runtimeFolder)].map(({ name }) => name), ["sherpa-onnx"]);
  }
  assertEquals(host.requests.length, 1);
});

Deno.test("fetchRuntime() brings the packages of this platform, each as a folder of its own", async () => {
  assertEquals(runtimePackages("linux-x64"), ["sherpa-onnx-node", "sherpa-onnx-linux-x64"]);
  assertEquals(runtimePackages("freebsd-x64"), ["sherpa-onnx"]);
  const folder = join(await Deno.makeTempDir(), "runtimes", "sherpa-onnx");
  const { signal } = new AbortController();
  await fetchRuntime(folder, signal);
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    assert(isDirectory, `${name} is a link`);
    const { version } = JSON.parse(await Deno.readTextFile(join(folder, name, "package.json")));
    assertEquals([name.startsWith("sherpa-onnx"), version], [true, "1.13.8"]);
  }
  assertEquals([...Deno.readDirSync(join(folder, ".."))].map(({ name }) => name), ["sherpa-onnx"]);
  await fetchRuntime(folder, AbortSignal.abort());
  await Deno.remove(join(folder, "../.."), { recursive: true });
});

Deno.test("whoever follows has looked when a voice has come or gone, and a look that fails keeps nobody from it", async () => {
  await using scene = await Scene.open();
  const seen: string[] = [];
  const unfollow = scene.models.follow(async () => seen.push((await scene.voice("test-voice")).state));
  scene.models.follow(() => Promise.reject(new Error("The folder cannot be read")));
  await scene.fetch("test-voice");
  assertEquals(seen.length, 1);
  await scene.models.remove("test-voice");
  assertEquals(seen, ["running", "absent"]);
  unfollow();
  await scene.fetch("test-voice");
  assertEquals(seen.length, 2);
});
