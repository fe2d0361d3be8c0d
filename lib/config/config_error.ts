/** A configuration that cannot be used. The message names each field or variable, its value and what it should be. */
export class ConfigError extends Error {
  override name = "ConfigError";
}
