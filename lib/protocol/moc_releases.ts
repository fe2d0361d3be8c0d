/** The Cubism release that each version of the moc3 format came with; the file's fifth byte is the version. */
export const MOC_RELEASES: readonly string[] = ["", "3.0", "3.3", "4.0", "4.2", "5.0", "5.3"];
