/** What is used here of `unbzip2-stream`, which has no types of its own. */
/** Unpacks what is written to it. */
export default function unbzip2(): NodeJS.ReadWriteStream;
