// Fresh's bundler leaves imports of Node's modules in, and Pixi has one, of "url", which browsers cannot load: what
// draws the avatar is bundled apart, with the package of that name in it.
export { createStage } from "../web/live2d/pixi_stage.ts";
