/** The voices that are on this machine for sherpa-onnx. */
export interface InstalledVoices {
  list(): Promise<
    readonly { id: string; name: string; languages: readonly string[]; folder: string; kind: string }[]
  >;
}
