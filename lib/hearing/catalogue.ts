/**
 * Recognisers that a reader can fetch, and the voice detector that all of them need: those of which the licence lets
 * everybody use them.
 *
 * Each file is pinned by its checksum, and where that is known by the revision that it stands in. Sizes and checksums
 * are as several projects write them down which fetch the same files. They were not fetched for this list: a checksum
 * that was wrong would be told when a recogniser is fetched.
 */
import { DETECTOR_FILE } from "./detector.ts";
import { fetchDetector } from "./fetch_detector.ts";
import type { RemoteFile } from "@/lib/downloads/remote_folder.ts";
import type { CatalogueModel } from "@/lib/sherpa/speech_models.ts";

const HUGGING_FACE = "https://huggingface.co";
const RELEASES = "https://github.com/k2-fsa/sherpa-onnx/releases/download";

const APACHE = "Apache-2.0";
const MIT = "MIT";

/** Finds where somebody speaks. The package has code for browsers beside it, which is not kept. */
export const DETECTOR: CatalogueModel = {
  id: "silero-vad-5",
  kind: "detector",
  name: "Silero VAD 5",
  languages: [],
  licenses: [
    { name: MIT, url: "https://github.com/snakers4/silero-vad/blob/master/LICENSE" },
    { name: "@ricky0123/vad-web: ISC", url: "https://github.com/ricky0123/vad/blob/master/LICENSE" },
  ],
  source: "https://github.com/snakers4/silero-vad",
  npm: { names: `${DETECTOR_FILE} of @ricky0123/vad-web`, bytes: 5_471_324, bring: fetchDetector },
};

/** Finds wake words that it was never trained with, as long as they are spelled as in English. */
export const WAKE_WORDS: CatalogueModel = {
  id: "sherpa-onnx-kws-zipformer-gigaspeech-3.3M-2024-01-01",
  kind: "wake",
  name: "Zipformer for wake words, English",
  languages: ["en"],
  licenses: [{
    name: APACHE,
    url: "https://www.modelscope.cn/models/pkufool/sherpa-onnx-kws-zipformer-gigaspeech-3.3M-2024-01-01",
  }],
  source: "https://k2-fsa.github.io/sherpa/onnx/kws/pretrained_models/index.html",
  files: [{
    url: `${RELEASES}/kws-models/sherpa-onnx-kws-zipformer-gigaspeech-3.3M-2024-01-01.tar.bz2`,
    path: "sherpa-onnx-kws-zipformer-gigaspeech-3.3M-2024-01-01.tar.bz2",
    bytes: 17_626_723,
    sha256: "f170013b4716e41b62b9bfd809687c207cef798ef9bc6534d524e17af9b6561a",
    unpack: "tar.bz2",
  }],
};

/** What Whisper knows best; its smallest model knows others hardly. */
const WHISPER_LANGUAGES = ["en", "es", "it", "pt", "de", "fr", "ja", "ru", "nl", "pl", "zh", "ko"];

export const RECOGNISERS: readonly CatalogueModel[] = [
  zipformer("en-20M-2023-02-17", {
    name: "Zipformer, English, small",
    languages: ["en"],
    revision: "d42f2d9f7ca24806fb667456a18a9f1b60f70d16",
    encoder: [42_845_182, "3810755ce7c3ab26b42a8bcf39d191308fa27fb0f53358823ba46141d03b7eb3"],
    decoder: [2_092_272, "45a7f940ecfb53d89fa270ad11b88b961e53a317203eb24b1c8e95ed208b0f30"],
    joiner: [259_572, "e085d73b593cf9b0707f370dbd656d58327d3fe36d80d849202ef81df02cb01e"],
    tokens: [5_048, "49e3c2646595fd907228b3c6787069658f67b17377c60aeb8619c4551b2316fb"],
  }),
  zipformer("zh-14M-2023-02-23", {
    name: "Zipformer, Chinese, small",
    languages: ["zh"],
    revision: "204ad334e2e683fd295359930cc16fc0432a23ac",
    encoder: [21_621_684, "1c556ea57cec304e55ec4b72e52c1cc098bb01476ed7d90f3de939fe126487b1"],
    decoder: [7_509_745, "5ee0f03a2768ff1d5c83ef3a493243c7935d316cd41280037b14783a3467cc78"],
    joiner: [1_795_562, "a7cf9d82757bdcf786059454495a9ca95e4bd7347f72473fc08d794475c36169"],
    tokens: [48_697, "8b294db9045d6e5f94647f4c1eec1af4da143a75053c399611444b378ff966ac"],
  }),
  zipformer("bilingual-zh-en-2023-02-20", {
    name: "Zipformer, Chinese and English",
    languages: ["zh", "en"],
    revision: "98590b7ed6443e77b714204da2757d75e1a642f4",
    encoder: [181_895_032, "8fa764187a261844f859d7143ebaa563af5d10adfece4c18a8f414c88cba2a9b"],
    decoder: [13_876_452, "2e3b5ec371f8899ee6acd829fd753ba45772df57a91bdf37cde3136354e7db7d"],
    joiner: [3_228_404, "1ed689c5ed19dbaa725d9d191bb4822b5f4855a39e1ffd28cbc1f340d25b2ee0"],
    tokens: [56_317, "a8e0e4ec53810e433789b54a5c0134a7eaa2ffca595a6334d54c00da858841d3"],
  }),
  {
    id: "sherpa-onnx-sense-voice-zh-en-ja-ko-yue-int8-2024-07-17",
    kind: "recogniser",
    name: "SenseVoice Small",
    languages: ["zh", "yue", "en", "ja", "ko"],
    licenses: [{
      name: "FunASR Model License 1.1",
      url: "https://github.com/modelscope/FunASR/blob/main/MODEL_LICENSE",
    }],
    source: "https://github.com/FunAudioLLM/SenseVoice",
    files: [{
      url: `${RELEASES}/asr-models/sherpa-onnx-sense-voice-zh-en-ja-ko-yue-int8-2024-07-17.tar.bz2`,
      path: "sherpa-onnx-sense-voice-zh-en-ja-ko-yue-int8-2024-07-17.tar.bz2",
      bytes: 163_002_883,
      sha256: "7d1efa2138a65b0b488df37f8b89e3d91a60676e416f515b952358d83dfd347e",
      unpack: "tar.bz2",
    }],
  },
  whole("reazonspeech-k2-v2", {
    name: "ReazonSpeech, Japanese",
    languages: ["ja"],
    license: APACHE,
    repository: "reazon-research/reazonspeech-k2-v2",
    revision: "291488c8151be24d7da4bf7af26e533fad96e407",
    files: {
      "encoder-epoch-99-avg-1.int8.onnx": [
        154_670_139,
        "2c7bd08a8a99f9ddd0d9e458456577b1f6279214e51426f114f9eced44c54e1d",
      ],
      "decoder-epoch-99-avg-1.onnx": [
        11_767_836,
        "58b18211ae06265466bfa17172dab574df94f76c8bcb61a3640c28ba860e4124",
      ],
      "joiner-epoch-99-avg-1.int8.onnx": [
        2_696_970,
        "49cc7ea1d3d35a40a27442db5e89996da64bf0e683a903dce76e99e57a12e4de",
      ],
      "tokens.txt": [45_754, "2c3ac659818a48a0c04010e0593bbc4d7c8a24a054340b01131499c05fd52def"],
    },
  }),
  whole("sherpa-onnx-whisper-tiny", {
    name: "Whisper, tiny",
    languages: WHISPER_LANGUAGES,
    license: MIT,
    repository: "csukuangfj/sherpa-onnx-whisper-tiny",
    revision: "65176e2deb88badc814a94058666cadccc29b61c",
    files: {
      "tiny-encoder.int8.onnx": [12_937_772, "d24fb083ae3b1041fc24e97971d60e280c9342201fbb67b0ab428a8b4a51a434"],
      "tiny-decoder.int8.onnx": [89_855_401, "d2fece8dd42771f1df975c6c0445770d0c292bf7547c2cae04a6c0cc57540925"],
      "tiny-tokens.txt": [816_730, "b34b360dbb493e781e479794586d661700670d65564001f23024971d1f2fa126"],
    },
  }),
  whole("sherpa-onnx-moonshine-tiny-en-int8", {
    name: "Moonshine, English, tiny",
    languages: ["en"],
    license: MIT,
    repository: "csukuangfj/sherpa-onnx-moonshine-tiny-en-int8",
    revision: "main",
    files: {
      "preprocess.onnx": [6_800_738, "f33addce61a143460fe753b5ee5b7db255e5140b5b779c065b94f6c83ff0bf4e"],
      "encode.int8.onnx": [18_249_187, "8774dfba578de027ec6595c2c654a0836434489bc963a0db124a7f181f571acb"],
      "uncached_decode.int8.onnx": [53_216_096, "216737000dd5881a17aa043f6bbd286add33e4c3b0ae257153e2ec15438bdc41"],
      "cached_decode.int8.onnx": [45_264_830, "2aff28bba6a03d8dcf5c9feac45462629bae37317442299f28115ad09da773f6"],
      "tokens.txt": [436_688, "1165c2aeb9f72f457a83be2d459a09054f27490acd9b41bd43794dfd25e296ea"],
    },
  }),
];

/** Bytes and SHA-256 of a file. */
type Pinned = readonly [bytes: number, sha256: string];

interface Repository {
  name: string;
  languages: readonly string[];
  license: string;
  /** On Hugging Face, whose page tells the licence as well. */
  repository: string;
  revision: string;
  files: Readonly<Record<string, Pinned>>;
}

/** A model that wants to hear all of it first. */
function whole(id: string, { license, repository, revision, files, ...model }: Repository): CatalogueModel {
  const source = `${HUGGING_FACE}/${repository}`;
  const remote = Object.entries(files).map(([path, [bytes, sha256]]): RemoteFile => {
    return { url: `${source}/resolve/${revision}/${path}`, path, bytes, sha256 };
  });
  return { id, kind: "recogniser", ...model, licenses: [{ name: license, url: source }], source, files: remote };
}

/** A model of k2-fsa's that tells words while they are being said. */
function zipformer(
  id: string,
  { encoder, decoder, joiner, tokens, ...model }: Pick<Repository, "name" | "languages" | "revision"> & {
    encoder: Pinned;
    decoder: Pinned;
    joiner: Pinned;
    tokens: Pinned;
  },
): CatalogueModel {
  const folder = `sherpa-onnx-streaming-zipformer-${id}`;
  const files = {
    "encoder-epoch-99-avg-1.int8.onnx": encoder,
    "decoder-epoch-99-avg-1.onnx": decoder,
    "joiner-epoch-99-avg-1.int8.onnx": joiner,
    "tokens.txt": tokens,
  };
  const repository = `csukuangfj/${folder}`;
  return { ...whole(folder, { ...model, license: APACHE, repository, files }), streaming: true };
}
