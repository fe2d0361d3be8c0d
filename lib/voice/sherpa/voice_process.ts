/** By this argument a compiled program is the process of a voice. */
export const VOICE_PROCESS = "--voice-process";
