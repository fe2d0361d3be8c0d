import { join } from "node:path";
import { SqliteStore } from "./sqlite_store.ts";
import type { Store } from "./store.ts";
import { StoreError } from "./store_error.ts";
import { ConfigError } from "@/lib/config/config_error.ts";
import type { Config } from "@/lib/config/schema.ts";
import { databaseName, isPostgres } from "@/lib/config/store_address.ts";

/**
 * Opens the store that is configured.
 *
 * @param dataDir where SQLite's file is made; it must be there
 * @throws {ConfigError} when the database cannot be used
 * @throws {Error} when the file cannot
 */
export async function openStore({ store }: Pick<Config, "store">, dataDir: string): Promise<Store> {
  if (!isPostgres(store)) return new SqliteStore(join(dataDir, "conversations.db"));
  // Loaded for those alone who want it.
  const { PostgresStore } = await import("./postgres_store.ts");
  try {
    return await PostgresStore.open(store);
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    throw new ConfigError(`Cannot open the store, ${databaseName(store)}: ${cause.message}`);
  }
}
