/** Connections to a PostgreSQL database: as many as are needed, and none that is waited for without an end. */
// @ts-types="./pg.d.ts"
import pg from "pg";
// @ts-types="./pg.d.ts"
import type { PoolClient, QueryResult, Value } from "pg";
import { decodeText, encodeText } from "./postgres_text.ts";
import { StoreError } from "./store_error.ts";
import { inTime } from "@/lib/waiting.ts";

/** Connections of one process. PostgreSQL takes 100 in all, unless it is told otherwise. */
const MOST = 8;
/** How long an answer may take, ms. A line that is dead without a word is found out so. */
const DEADLINE_MS = 15_000;
const CONNECT_MS = 5_000;
/** How long a connection is kept that nobody needs, ms. */
const IDLE_MS = 60_000;
/** How long closing may take, ms: a server that does not answer is not waited for. */
const CLOSE_MS = 2_000;

export interface Rows {
  rows: Record<string, unknown>[];
  /** Rows that were written or read. */
  count: number;
}

export interface AskOptions {
  /** Whether it is planned anew for its values, and not prepared once: where the best way depends on them. */
  planned?: boolean;
  /** How long the answer may take, ms. Default: {@linkcode DEADLINE_MS}. */
  deadlineMs?: number;
}

/** Asks a database. Every text goes and comes as {@linkcode encodeText} has it. */
export type Ask = (sql: string, values?: readonly Value[], options?: AskOptions) => Promise<Rows>;

export class PostgresPool {
  readonly #pool: InstanceType<typeof pg.Pool>;
  /** The names of prepared statements, by their text. */
  readonly #names = new Map<string, string>();

  /** @param address as `store` of the configuration has it. Nothing is connected yet. */
  constructor(address: string, { deadlineMs = DEADLINE_MS }: { deadlineMs?: number } = {}) {
    this.#pool = new pg.Pool({
      connectionString: address,
      application_name: "vtuber",
      max: MOST,
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: IDLE_MS,
      query_timeout: deadlineMs,
      // On the server as well, so that it does not go on with what nobody waits for, nor keep locks for the dead.
      statement_timeout: deadlineMs,
      idle_in_transaction_session_timeout: deadlineMs,
      keepAlive: true,
      // To compile a search takes longer than the search; and all that is asked has an index, which the planner, that
      // goes by samples, would leave now and then to read all that was ever said.
      onConnect: (client) => client.query({ text: "SET jit = off; SET enable_seqscan = off" }),
    });
    // A connection that breaks is replaced by the pool; whoever was using it is told by what it has asked.
    const isReplaced = () => {};
    this.#pool.on("error", isReplaced);
    this.#pool.on("connect", (client) => client.on("error", isReplaced));
  }

  /**
   * Asks one thing, by any connection.
   *
   * @throws {StoreError}
   */
  readonly ask: Ask = (sql, values, options) => this.#ask(this.#pool, sql, values, options);

  /**
   * Does all of it, or nothing.
   *
   * @throws {StoreError}
   */
  async atOnce<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    const client = await this.#told(this.#pool.connect());
    const ask: Ask = (sql, values, options) => this.#ask(client, sql, values, options);
    try {
      await ask("BEGIN");
      const done = await work(ask);
      await ask("COMMIT");
      client.release();
      return done;
    } catch (error) {
      // Whatever state the connection is in, its end takes back what was begun.
      client.release(true);
      throw error;
    }
  }

  /** Waits for what is being asked, but for no server that does not answer. */
  async close(): Promise<void> {
    await inTime(this.#pool.end(), AbortSignal.timeout(CLOSE_MS));
  }

  async #ask(
    whom: Pick<PoolClient, "query">,
    sql: string,
    values: readonly Value[] = [],
    { planned = false, deadlineMs }: AskOptions = {},
  ): Promise<Rows> {
    const name = this.#names.get(sql) ?? `statement ${this.#names.size + 1}`;
    if (!planned) this.#names.set(sql, name);
    const asked = whom.query({
      text: sql,
      values: values.map(encoded),
      ...(!planned && { name }),
      ...(deadlineMs !== undefined && { query_timeout: deadlineMs }),
    });
    return read(await this.#told(asked));
  }

  /**
   * Says what has gone wrong, to everybody: without addresses and names, and without the details that PostgreSQL tells,
   * which may hold what was said.
   */
  async #told<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      throw new StoreError(`PostgreSQL cannot be asked: ${reasonOf(error)}`);
    }
  }
}

function encoded(value: Value): Value {
  if (typeof value === "string") return encodeText(value);
  return Array.isArray(value) ? value.map((one) => typeof one === "string" ? encodeText(one) : one) : value;
}

/** Of several statements the last one counts. */
function read(result: QueryResult | QueryResult[]): Rows {
  const { rows, rowCount } = [result].flat().at(-1)!;
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) if (typeof value === "string") row[name] = decodeText(value);
  }
  return { rows, count: rowCount ?? 0 };
}

/** What failures mean, by the beginnings of their codes: the system's, and those of PostgreSQL's documentation. */
const REASONS: readonly [code: string, meaning: string][] = [
  ["ECONNREFUSED", "nothing listens there: it may not be running"],
  ["ENOENT", "there is no such socket: it may not be running"],
  ["ENOTFOUND", "there is no such host"],
  ["ECONNRESET", "the connection broke"],
  ["28", "it refuses the user or the password"],
  ["3D", "there is no such database"],
  ["53", "it has run out of connections, memory or disk space"],
  ["57", "it is being stopped or started, or took too long"],
];

function reasonOf(error: unknown): string {
  // A name with several addresses fails with one error for each.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return String(first);
  const code = "code" in first ? String(first.code) : "";
  if (code === "" && /timeout/i.test(first.message)) return "it does not answer in time";
  return REASONS.find(([beginning]) => code.startsWith(beginning))?.[1] ?? first.message;
}
