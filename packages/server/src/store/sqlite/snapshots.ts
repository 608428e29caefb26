import type { Head } from '@hallpass/core/change';
import type { Connection } from './dialect.ts';
import { countValues, readPages } from './pages.ts';

export interface SnapshotStart {
  /** By which its batches are asked for. */
  readonly id: number;
  readonly head: Head;
  readonly count: number;
}

interface Reading {
  readonly connection: Connection;
  readonly pages: ReturnType<typeof readPages>;
}

/**
 * Read transactions beside the writer's. Each has a connection of its own, which is used again by the next: the
 * driver keeps one that was closed until its statements are gone.
 */
export class Snapshots {
  readonly #connect: () => Connection;
  readonly #idle: Connection[] = [];
  readonly #readings = new Map<number, Reading>();
  #last = 0;

  constructor(connect: () => Connection) {
    this.#connect = connect;
  }

  open(): SnapshotStart {
    const connection = this.#idle.pop() ?? this.#connect();
    connection.exec('begin');
    try {
      const head = connection.prepare('select epoch, revision, chain from head').get() as Head;
      const count = countValues(connection);
      const id = ++this.#last;
      this.#readings.set(id, { connection, pages: readPages(connection) });
      return { id, head, count };
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Undefined behind the last page. Throws for a snapshot that was ended. */
  next(id: number): Uint8Array | undefined {
    const reading = this.#readings.get(id);
    if (!reading) throw new Error('The snapshot was ended.');
    return reading.pages.next().value ?? undefined;
  }

  end(id: number): void {
    const reading = this.#readings.get(id);
    if (!reading) return;
    this.#readings.delete(id);
    reading.connection.exec('rollback');
    this.#idle.push(reading.connection);
  }

  close(): void {
    for (const id of this.#readings.keys()) this.end(id);
    for (const connection of this.#idle.splice(0)) connection.close();
  }
}
