import type { AuditEntry } from '@hallpass/core/audit';
import type { Head } from '@hallpass/core/change';
import type { Clock } from '@hallpass/core/clock';
import type { TokenId } from '@hallpass/core/id';
import type { OperatorRecord, TokenRecord } from '@hallpass/core/record';
import { CommitQueue, type Pace } from '../commit-queue.ts';
import {
  type Idempotency,
  type JournalEntry,
  type JournalWindow,
  type Outcome,
  type Place,
  type Repeated,
  type Snapshot,
  type Store,
  StoreError,
  type TokenFilter,
  type Use,
  type Write,
} from '../store.ts';
import type { Calls } from './calls.ts';
import type { LoadPart } from './engine.ts';

/** So many uses a transaction that commits need not wait long behind them. */
const USES_A_TURN = 500;

/** The store as the rest of the process sees it: every call is done by the engine in its own thread. */
export class SqliteStore implements Store {
  readonly engine = 'sqlite';
  readonly #calls: Calls;
  readonly #commits: CommitQueue;
  #closed = false;

  constructor(calls: Calls, clock: Clock, pace?: Pace) {
    this.#calls = calls;
    this.#commits = new CommitQueue((writes) => calls.call('commit', [writes, clock()]), pace);
  }

  async commit(write: Write): Promise<Outcome> {
    this.#requireOpen();
    // In the form in which it is stored, so that what cannot be stored fails here, alone.
    const detail = JSON.parse(JSON.stringify(write.audit.detail)) as Write['audit']['detail'];
    return this.#commits.commit({ ...write, audit: { ...write.audit, detail } });
  }

  follow(listener: (entries: readonly JournalEntry[]) => void): void {
    this.#commits.follow(listener);
  }

  async load(onCount: (count: number) => void, onBatch: (batch: Uint8Array) => void): Promise<Head> {
    this.#requireOpen();
    const taken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const faults: unknown[] = [];
    const onPart = (part: LoadPart) => {
      try {
        if (faults.length > 0) return;
        if (typeof part === 'number') onCount(part);
        else onBatch(part);
      } catch (fault) {
        faults.push(fault);
      } finally {
        if (typeof part !== 'number') Atomics.add(taken, 0, 1);
        Atomics.notify(taken, 0);
      }
    };
    const head = await this.#calls.call('load', [taken], onPart);
    if (faults.length > 0) throw faults[0];
    return head;
  }

  async readMeta(key: string): Promise<string | undefined> {
    this.#requireOpen();
    return this.#calls.call('readMeta', [key]);
  }

  async writeMeta(key: string, value: string): Promise<void> {
    this.#requireOpen();
    return this.#calls.call('writeMeta', [key, value]);
  }

  async findRepeated(idempotency: Idempotency, now: number): Promise<Repeated | undefined> {
    this.#requireOpen();
    return this.#calls.call('findRepeated', [idempotency, now]);
  }

  async tokenByName(name: string): Promise<TokenRecord | undefined> {
    this.#requireOpen();
    return this.#calls.call('tokenByName', [name]);
  }

  async tokenById(id: TokenId): Promise<TokenRecord | undefined> {
    this.#requireOpen();
    return this.#calls.call('tokenById', [id]);
  }

  async listTokens(filter: TokenFilter, after: number, limit: number): Promise<TokenRecord[]> {
    this.#requireOpen();
    return this.#calls.call('listTokens', [filter, after, limit]);
  }

  async tokensAwaitingUse(): Promise<TokenRecord[]> {
    this.#requireOpen();
    return this.#calls.call('tokensAwaitingUse', []);
  }

  async tokensWithEndedValues(now: number, limit: number): Promise<TokenRecord[]> {
    this.#requireOpen();
    return this.#calls.call('tokensWithEndedValues', [now, limit]);
  }

  async operatorByName(name: string): Promise<OperatorRecord | undefined> {
    this.#requireOpen();
    return this.#calls.call('operatorByName', [name]);
  }

  async listOperators(): Promise<OperatorRecord[]> {
    this.#requireOpen();
    return this.#calls.call('listOperators', []);
  }

  async listAudit(before: number | null, limit: number): Promise<AuditEntry[]> {
    this.#requireOpen();
    return this.#calls.call('listAudit', [before, limit]);
  }

  async listChanges(after: number, limit: number): Promise<JournalEntry[]> {
    this.#requireOpen();
    return this.#calls.call('listChanges', [after, limit]);
  }

  async readHead(): Promise<Head> {
    this.#requireOpen();
    return this.#calls.call('readHead', []);
  }

  async findPlace(revision: number): Promise<Place> {
    this.#requireOpen();
    return this.#calls.call('findPlace', [revision]);
  }

  async trimChanges(window: JournalWindow, limit: number): Promise<number> {
    this.#requireOpen();
    return this.#calls.call('trimChanges', [window, limit]);
  }

  async openSnapshot(): Promise<Snapshot> {
    this.#requireOpen();
    const { id, head, count } = await this.#calls.call('openSnapshot', []);
    return {
      head,
      count,
      next: async () => {
        this.#requireOpen();
        return this.#calls.call('nextOfSnapshot', [id]);
      },
      end: async () => {
        // A store that is closed has let go of it already.
        if (!this.#closed) await this.#calls.call('endSnapshot', [id]);
      },
    };
  }

  async noteUses(uses: readonly Use[]): Promise<void> {
    for (let at = 0; at < uses.length; at += USES_A_TURN) {
      this.#requireOpen();
      await this.#calls.call('noteUses', [uses.slice(at, at + USES_A_TURN)]);
    }
  }

  async close(): Promise<void> {
    this.#requireOpen();
    this.#closed = true;
    await this.#commits.settled();
    try {
      await this.#calls.call('close', []);
    } finally {
      await this.#calls.ended;
    }
  }

  #requireOpen(): void {
    if (this.#closed) throw new StoreError('unavailable', 'The store is closed.');
  }
}
