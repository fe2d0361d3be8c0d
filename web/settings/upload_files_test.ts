import { assertEquals } from "@std/assert";
import { droppedFiles, type NamedFile, pickedFiles, uploadOf } from "./upload_files.ts";

function named(...paths: string[]): NamedFile[] {
  return paths.map((path) => ({ path, file: new File([path], path.split("/").at(-1)!) }));
}

Deno.test("uploadOf() knows what files are meant as", () => {
  const cases: [paths: string[], expected: unknown][] = [
    [[], "nothing"],
    [[".DS_Store", "__MACOSX/a.png"], "nothing"],
    [["mao.zip"], ["avatar", "mao.zip", 1]],
    [["MAO.ZIP"], ["avatar", "MAO.ZIP", 1]],
    [["mao/mao.model3.json", "mao/mao.moc3", "mao/.DS_Store"], ["avatar", "mao", 2]],
    [["モデル/a.png"], ["avatar", "モデル", 1]],
    [["a.moc3", "a.model3.json"], ["avatar", "a.moc3", 2]],
    [["a.model.json"], ["avatar", "a.model.json", 1]],
    [["card.png"], ["character", "card.png", 1]],
    [["card.json"], ["character", "card.json", 1]],
    ...["a.charx", "a.JPG", "a.jpeg", "a.webp"].map((
      name,
    ): [string[], [string, string, number]] => [[name], ["character", name, 1]]),
    [["a.png", "b.json"], "several_cards"],
    [["a.zip", "b.zip"], "unknown"],
    [["song.mp3"], "unknown"],
    [Array.from({ length: 20_001 }, (_, i) => `home/${i}`), "too_many"],
  ];
  for (const [paths, expected] of cases) {
    const upload = uploadOf(named(...paths));
    const told = typeof upload === "string" ? upload : [upload.kind, upload.label, upload.files.length];
    assertEquals(told, expected, paths.slice(0, 3).join());
  }
});

function fileEntry(fullPath: string): FileSystemEntry {
  const name = fullPath.split("/").at(-1)!;
  return {
    fullPath,
    name,
    isFile: true,
    isDirectory: false,
    file: (resolve: (file: File) => void) => resolve(new File([name], name)),
  } as unknown as FileSystemEntry;
}

/** A folder that tells what is in it two at a time, as browsers do with hundreds. */
function folderEntry(fullPath: string, inner: FileSystemEntry[]): FileSystemEntry {
  const left = [...inner];
  return {
    fullPath,
    isFile: false,
    isDirectory: true,
    createReader: () => ({ readEntries: (resolve: (some: FileSystemEntry[]) => void) => resolve(left.splice(0, 2)) }),
  } as unknown as FileSystemEntry;
}

function item(entry: FileSystemEntry | null, file: File | null = null, kind = "file") {
  return { kind, webkitGetAsEntry: () => entry, getAsFile: () => file };
}

Deno.test("droppedFiles() goes through folders, to their end", async () => {
  const motions = folderEntry("/mao/motions", [1, 2, 3, 4, 5].map((n) => fileEntry(`/mao/motions/${n}.json`)));
  const mao = folderEntry("/mao", [fileEntry("/mao/mao.moc3"), motions, fileEntry("/mao/.DS_Store")]);
  const files = await droppedFiles({
    items: [item(null, null, "string"), item(mao), item(null, new File([], "plain.zip"))],
  });
  assertEquals(files.map(({ path }) => path).sort(), [
    "mao/mao.moc3",
    ...[1, 2, 3, 4, 5].map((n) => `mao/motions/${n}.json`),
    "plain.zip",
  ]);
});

Deno.test("pickedFiles() keeps the paths of a picked folder", () => {
  const inner = new File([], "a.moc3");
  Object.defineProperty(inner, "webkitRelativePath", { value: "mao/a.moc3" });
  assertEquals(pickedFiles([inner, new File([], "b.zip")]).map(({ path }) => path), ["mao/a.moc3", "b.zip"]);
});
