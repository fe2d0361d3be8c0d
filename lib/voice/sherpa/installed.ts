/** The voices that are on this machine for sherpa-onnx. */
export interface InstalledVoices {
  /** Of languages those that the voice is known for; none where nothing is known beside its files. */
  list(): Promise<readonly { id: string; name: string; languages: readonly string[]; folder: string }[]>;
}
