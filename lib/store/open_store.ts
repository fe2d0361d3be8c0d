/** The kinds of store by what the configuration, or whoever copies one, calls them. */
import { join } from "node:path";
import type { Archive } from "./archive.ts";
import { SqliteArchive } from "./sqlite_archive.ts";
import type { Store } from "./store.ts";
import { StoreError } from "./store_error.ts";
import { StoreThread } from "./store_thread.ts";
import { ConfigError } from "@/lib/config/config_error.ts";
import type { Config } from "@/lib/config/schema.ts";
import { databaseName, isPostgres } from "@/lib/config/store_address.ts";
import { exists } from "@/lib/files.ts";

/**
 * Opens the store that is configured.
 *
 * @param dataDir where SQLite's file is made; it must be there
 * @throws {ConfigError} when the database or the file cannot be used
 */
export async function openStore({ store }: Pick<Config, "store">, dataDir: string): Promise<Store> {
  try {
    if (!isPostgres(store)) return await StoreThread.open(join(dataDir, "conversations.db"));
    // Loaded for those alone who want it.
    const { PostgresStore } = await import("./postgres_store.ts");
    return await PostgresStore.open(store);
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    const where = isPostgres(store) ? `Cannot open the store, ${databaseName(store)}: ` : "";
    throw new ConfigError(where + cause.message);
  }
}

/**
 * Opens all that a store has.
 *
 * @param place SQLite's file, or a PostgreSQL database's address
 * @param isThere whether the file must be there already
 * @throws {StoreError} when the database or the file cannot be used, or is not there
 */
export async function openArchive(place: string, { isThere }: { isThere: boolean }): Promise<Archive> {
  if (isPostgres(place)) {
    const { PostgresArchive } = await import("./postgres_archive.ts");
    return await PostgresArchive.open(place);
  }
  if (isThere && !await exists(place)) throw new StoreError(`There is no file ${place}`);
  return new SqliteArchive(place);
}
