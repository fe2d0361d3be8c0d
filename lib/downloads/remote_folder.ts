/** What can be downloaded. */

/** A file on a host, of which is known beforehand what it has to be. */
export interface RemoteFile {
  url: string;
  /** Where it lies in its folder, with `/`. */
  path: string;
  bytes: number;
  /** In hexadecimal. */
  sha256: string;
  /** An archive: what is below the one folder that it holds comes into the folder in its place. */
  unpack?: "tar.bz2";
}

/** A folder that is there with all of its files, or not at all. */
export interface RemoteFolder {
  /** Where it is to be, an absolute path. What has come of it so far lies beside it, in `.<name>.part`. */
  folder: string;
  files: readonly RemoteFile[];
}

/** Bytes of all of its files, as they come over the network. */
export function bytesOf({ files }: Pick<RemoteFolder, "files">): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
