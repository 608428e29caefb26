import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
} from 'kysely';
import type { Schema } from '../sql/schema.ts';

/** What is needed of a connection. */
export type Connection = Pick<DatabaseSyncInstance, 'prepare' | 'exec' | 'close' | 'isTransaction'>;

const MOST_STATEMENTS = 256;

/**
 * The values as the driver may have them. It turns NaN into NULL, which is an expiry of never, and cuts a text at
 * its first NUL: both are refused here, with everything else that would not come out as it went in.
 */
function bindable(value: unknown): string | number | Uint8Array | null {
  if (value === null || value instanceof Uint8Array || Number.isSafeInteger(value)) {
    return value as number | Uint8Array | null;
  }
  if (typeof value === 'string' && value.isWellFormed() && !value.includes('\0')) return value;
  throw new TypeError(`A ${typeof value} like this cannot be stored.`);
}

class Statement implements SqliteStatement {
  readonly reader: boolean;
  readonly #statement: StatementSyncInstance;

  constructor(statement: StatementSyncInstance) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }

  all(parameters: readonly unknown[]): unknown[] {
    return this.#statement.all(...parameters.map(bindable));
  }

  run(parameters: readonly unknown[]): { changes: number; lastInsertRowid: number | bigint } {
    return this.#statement.run(...parameters.map(bindable));
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.#statement.iterate(...parameters.map(bindable));
  }
}

/** Prepares each statement once, and forgets the one that was made longest ago when there are too many. */
class Statements {
  readonly #connection: Connection;
  readonly #prepared = new Map<string, Statement>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  prepare(text: string): Statement {
    const known = this.#prepared.get(text);
    if (known) return known;
    const statement = new Statement(this.#connection.prepare(text));
    this.#prepared.set(text, statement);
    if (this.#prepared.size > MOST_STATEMENTS) {
      for (const oldest of this.#prepared.keys()) {
        this.#prepared.delete(oldest);
        break;
      }
    }
    return statement;
  }

  close(): void {
    this.#prepared.clear();
    this.#connection.close();
  }
}

class ConnectionDriver extends SqliteDriver {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super({ database: new Statements(connection) });
    this.#connection = connection;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await this.rollbackTransaction(connection);
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // After some errors, a full disk among them, SQLite has rolled back by itself; and where nothing was left
    // open there is nothing to do before the next begin.
    if (this.#connection.isTransaction) await super.rollbackTransaction(connection);
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Typed queries over one connection. Destroying it closes the connection. */
export function queriesOver(connection: Connection): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new TransactionalAdapter(),
      createDriver: () => new ConnectionDriver(connection),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}
