/** What this app uses of `jsr:@std/streams`, on the same class as published on npm. */
export { default as TextLineStream } from "textlinestream";
