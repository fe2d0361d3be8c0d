/** Which registry this machine has packages from, as npm itself finds it: the environment, then `.npmrc`. */
import authToken from "registry-auth-token";
import registryUrl from "registry-auth-token/registry-url.js";

export interface Registry {
  /** Ends with `/`. */
  url: string;
  /** The header that lets this machine in; absent where the registry asks nobody. */
  authorization?: string;
}

/**
 * The registry of a package.
 *
 * @param name with its scope, if it has one: a scope may have a registry of its own
 */
export function registryOf(name: string): Registry {
  const url = registryUrl(name.startsWith("@") ? name.split("/")[0] : undefined);
  const credentials = authToken(url, { recursive: true });
  return { url, ...(credentials !== undefined && { authorization: `${credentials.type} ${credentials.token}` }) };
}
