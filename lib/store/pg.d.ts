/** What is used here of `pg`, which has no types of its own. */

/** What a parameter may be; a list is an array of PostgreSQL's. */
export type Value = string | number | null | readonly (string | number | null)[];

export interface QueryConfig {
  text: string;
  values?: readonly Value[];
  /** Prepared under this name, once in each connection. Absent: planned for these values. */
  name?: string;
  /** How long an answer may take, ms. Default: the pool's. */
  query_timeout?: number;
}

/** What a statement gives; a list where there are several in one text. */
export interface QueryResult {
  rows: Record<string, unknown>[];
  /** Rows that were written or read. */
  rowCount: number | null;
}

export interface PoolClient {
  query(query: QueryConfig): Promise<QueryResult | QueryResult[]>;
  /** Gives the connection back. @param destroy whether it is closed instead */
  release(destroy?: boolean): void;
  on(event: "error", listener: (error: Error) => void): void;
}

export interface PoolConfig {
  connectionString: string;
  application_name: string;
  max: number;
  connectionTimeoutMillis: number;
  idleTimeoutMillis: number;
  query_timeout: number;
  statement_timeout: number;
  idle_in_transaction_session_timeout: number;
  keepAlive: boolean;
  /** Called with each new connection, which is used afterwards. */
  onConnect(client: PoolClient): Promise<unknown>;
}

declare class Pool {
  constructor(config: PoolConfig);
  connect(): Promise<PoolClient>;
  query(query: QueryConfig): Promise<QueryResult | QueryResult[]>;
  end(): Promise<void>;
  on(event: "connect", listener: (client: PoolClient) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
}

declare const pg: { Pool: typeof Pool };
export default pg;
