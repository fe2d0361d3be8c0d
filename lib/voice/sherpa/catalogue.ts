/**
 * Neural voices that a reader can fetch: those that sherpa-onnx gives out, of which the licence lets everybody use them.
 *
 * Each is one archive of sherpa-onnx's release `tts-models`, whose files may be replaced by others of the same name: what
 * pins them is their checksum. Sizes and checksums are those that the release told in August 2026, as several projects
 * write them down which fetch the same files; those of `vits-melo-tts-zh_en`, of which the release tells none, are as
 * those projects have counted them. They were not fetched for this list: a checksum that was wrong would be told when a
 * voice is fetched.
 */
import type { License } from "@/lib/protocol/speech_models.ts";
import type { CatalogueModel } from "@/lib/sherpa/speech_models.ts";

/** Where the archives are. */
const RELEASE = "https://github.com/k2-fsa/sherpa-onnx/releases/download/tts-models/";

interface VoiceArchive {
  /** As the configuration names it, and its folder; also the archive's name. */
  id: string;
  name: string;
  /** BCP 47, the one that it speaks best first. */
  languages: readonly string[];
  /** How many voices are in it. */
  speakers: number;
  /** Of the archive. */
  bytes: number;
  sha256: string;
  /** First that of the voice, then those of what comes with it. */
  licenses: readonly License[];
  /** Page of those who have made it. */
  source: string;
}

const APACHE = "Apache-2.0";
const PIPER = "https://huggingface.co/rhasspy/piper-voices/blob/c10ece1aade47bb51c153c893d14e5bf8e5b7117";
/** Piper and Kokoro pronounce by the data of eSpeak NG, a few hundred files that come in the same archive. */
const ESPEAK: License = {
  name: "eSpeak NG: GPL-3.0",
  url: "https://github.com/espeak-ng/espeak-ng/blob/master/COPYING",
};
const KOKORO = { source: "https://huggingface.co/hexgrad/Kokoro-82M" } as const;
const KOKORO_ZH = { source: "https://huggingface.co/hexgrad/Kokoro-82M-v1.1-zh" } as const;
/** Of its nine languages those that sherpa-onnx pronounces well: Japanese is none of them. */
const KOKORO_LANGUAGES = ["en", "zh", "es", "fr", "hi", "it", "pt"];

const ARCHIVES: readonly VoiceArchive[] = [
  {
    id: "sherpa-onnx-supertonic-3-tts-int8-2026-05-11",
    name: "Supertonic 3",
    // As sherpa-onnx has them.
    languages: [
      ...["en", "ja", "ko", "ar", "bg", "cs", "da", "de", "el", "es", "et", "fi", "fr", "hi", "hr", "hu"],
      ...["id", "it", "lt", "lv", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "tr", "uk", "vi"],
    ],
    speakers: 10,
    bytes: 128_774_318,
    sha256: "82fa96f91c4ef8abaae3a14a3f4153facf88bed821d1f7331cec2700f432c427",
    licenses: [{ name: "OpenRAIL-M", url: "https://huggingface.co/Supertone/supertonic-3/blob/main/LICENSE" }],
    source: "https://huggingface.co/supertone-oss-archive/supertonic-3",
  },
  {
    ...KOKORO,
    id: "kokoro-int8-multi-lang-v1_0",
    name: "Kokoro 1.0, small",
    languages: KOKORO_LANGUAGES,
    speakers: 53,
    bytes: 131_839_838,
    sha256: "75654a84864be26f345f020f4070c2c019e96dd1b7f9bf6e2ffd59efac6aa5a3",
    licenses: [{ name: APACHE, url: KOKORO.source }, ESPEAK],
  },
  {
    ...KOKORO,
    id: "kokoro-multi-lang-v1_0",
    name: "Kokoro 1.0",
    languages: KOKORO_LANGUAGES,
    speakers: 53,
    bytes: 349_418_188,
    sha256: "c133d26353d776da730870dac7da07dbfc9a5e3bc80cc5e8e83ab6e823be7046",
    licenses: [{ name: APACHE, url: KOKORO.source }, ESPEAK],
  },
  {
    ...KOKORO_ZH,
    id: "kokoro-int8-multi-lang-v1_1",
    name: "Kokoro 1.1, small",
    languages: ["zh", "en"],
    speakers: 103,
    bytes: 147_031_220,
    sha256: "a1e94694776049035c4f2c6529f003aaece993c76aae9a78995831c3c4dcafc6",
    licenses: [{ name: APACHE, url: KOKORO_ZH.source }, ESPEAK],
  },
  {
    ...KOKORO_ZH,
    id: "kokoro-multi-lang-v1_1",
    name: "Kokoro 1.1",
    languages: ["zh", "en"],
    speakers: 103,
    bytes: 364_816_464,
    sha256: "a3f4c73d043860e3fd2e5b06f36795eb81de0fc8e8de6df703245edddd87dbad",
    licenses: [{ name: APACHE, url: KOKORO_ZH.source }, ESPEAK],
  },
  {
    id: "vits-melo-tts-zh_en",
    name: "MeloTTS",
    languages: ["zh", "en"],
    speakers: 1,
    bytes: 167_006_755,
    sha256: "e58351ed7149f290a54534538badd4077cdbe6fddc964b24d0bee870415d1514",
    licenses: [{ name: "MIT", url: "https://github.com/myshell-ai/MeloTTS/blob/main/LICENSE" }],
    source: "https://github.com/myshell-ai/MeloTTS",
  },
  piper("en_US-ljspeech-high", "LJ Speech", {
    bytes: 115_817_679,
    sha256: "00c6408d2409050312193b0d40ae07fde28af7d3d45a56efcc55440db516b935",
    license: "Public domain",
  }),
  piper("en_GB-cori-high", "Cori", {
    bytes: 115_574_061,
    sha256: "42922f07738fcde2e49eed4e959635692f73b933de35a6b7c1010162ff566292",
    license: "Public domain",
  }),
  piper("de_DE-thorsten-high", "Thorsten", {
    bytes: 115_591_546,
    sha256: "dd4ed1b0d42c30a1a4862fc2b243e8044d52b8889c9ff3d1e99e92028888bc4a",
    license: "CC0-1.0",
  }),
  piper("fr_FR-siwis-medium", "Siwis", {
    bytes: 67_207_459,
    sha256: "375909aa30842b3a4efa10b1beb1d761af792960ae6873b4d53889f96c66195b",
    license: "CC-BY-4.0",
  }),
  piper("es_ES-davefx-medium", "Davefx", {
    bytes: 67_184_952,
    sha256: "a3f6beb54a9cb893279f72978a22f807a4d9fc9c7848157b524d5cc7b7f58b22",
    license: "CC0-1.0",
  }),
  piper("it_IT-paola-medium", "Paola", {
    bytes: 67_221_173,
    sha256: "7541f75778afa164e44e34baaef63befad7698595df26a95ca944b63ef1a16b4",
    license: "CC0-1.0",
  }),
  piper("pt_BR-faber-medium", "Faber", {
    bytes: 67_183_065,
    sha256: "7add3f923ad6bc25ca8a192805fd1a64d1b3893e4611c4a9719545a825039a83",
    license: "CC0-1.0",
  }),
];

/** A voice of Piper's, whose licence is that of the recordings that it was made of. */
function piper(
  voice: string,
  name: string,
  { license, ...archive }: { bytes: number; sha256: string; license: string },
): VoiceArchive {
  const [locale = "", speaker, quality] = voice.split("-");
  const [language = ""] = locale.split("_");
  const source = `${PIPER}/${language}/${locale}/${speaker}/${quality}/MODEL_CARD`;
  return {
    id: `vits-piper-${voice}`,
    name: `Piper: ${name}`,
    languages: [locale.replace("_", "-")],
    speakers: 1,
    ...archive,
    licenses: [{ name: license, url: source }, ESPEAK],
    source,
  };
}

export const VOICES: readonly CatalogueModel[] = ARCHIVES.map(({ bytes, sha256, ...voice }) => {
  const path = `${voice.id}.tar.bz2`;
  return { ...voice, kind: "voice", files: [{ url: `${RELEASE}${path}`, path, bytes, sha256, unpack: "tar.bz2" }] };
});
