/** What `dev.ts` imports from `fresh/dev`. */
export { Builder, type BuildOptions, type ResolvedBuildConfig } from "./builder.ts";
export type { OnTransformArgs, OnTransformOptions, TransformFn } from "./transform.ts";
