/** A registry of npm packages that are on this machine, for programs that bring them from one. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar/fs";
import { DownloadHost } from "./download_host.ts";
import { laySherpa } from "./sherpa_packages.ts";
import { runtimePackages } from "@/lib/sherpa/fetch_runtime.ts";
import { platform, SHERPA_VERSION } from "@/lib/sherpa/runtime.ts";

/** A package by its name, and the folder that has it. */
export interface LocalPackage {
  name: string;
  version: string;
  folder: string;
}

/** Puts a package on a host, as a registry has it. */
export async function addPackage(host: DownloadHost, { name, version, folder }: LocalPackage): Promise<void> {
  const tar = packTar(folder, { map: (header) => ({ ...header, name: `package/${header.name}` }) });
  const archive = new Uint8Array(gzipSync(await buffer(tar), { level: 1 }));
  const escaped = name.replace("/", "%2f");
  const { url: tarball } = host.add(`${escaped}.tgz`, archive);
  const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  const about = JSON.stringify({ versions: { [version]: { dist: { tarball, integrity } } } });
  host.add(escaped, new TextEncoder().encode(about));
}

/** A registry that has sherpa-onnx for this machine. */
export async function sherpaRegistry(): Promise<DownloadHost> {
  const host = await DownloadHost.open();
  const folder = await Deno.makeTempDir();
  try {
    await laySherpa(folder, ["native", "wasm"]);
    for (const name of runtimePackages(platform())) {
      await addPackage(host, { name, version: SHERPA_VERSION, folder: await Deno.realPath(join(folder, name)) });
    }
    return host;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
