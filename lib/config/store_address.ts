/** Where conversations are kept, as `store` of the configuration names it. */

/** In a file of the data folder. */
export const SQLITE = "sqlite";

/**
 * Whether it is a PostgreSQL database's address, such as `postgres://user:password@host:5432/database`, or
 * `postgres:///database?host=/run/postgresql` for a socket of this machine.
 */
export function isPostgres(store: string): boolean {
  return parse(store) !== null;
}

/**
 * A database as anybody may see it: without user, password and options.
 *
 * @param address for which {@linkcode isPostgres} is true
 */
export function databaseName(address: string): string {
  const { host = "", pathname = "", searchParams } = parse(address) ?? {};
  const place = host === "" || host === NO_HOST ? searchParams?.get("host") ?? "this machine" : host;
  return `PostgreSQL at ${place}${pathname === "/" ? "" : pathname}`;
}

/** Whether an address has a password in it, which is a secret. */
export function holdsPassword(store: string): boolean {
  const url = parse(store);
  return url !== null && (url.password !== "" || url.searchParams.has("password"));
}

const NO_HOST = "none";

/** No error is thrown that would repeat the password. */
function parse(store: string): URL | null {
  // PostgreSQL takes a user without a host, unlike other addresses.
  return /^postgres(ql)?:\/\//.test(store) ? URL.parse(store.replace("@/", `@${NO_HOST}/`)) : null;
}
