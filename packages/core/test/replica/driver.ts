import assert from 'node:assert/strict';
import { digestOf, digestToBytes } from '@hallpass/core/digest';
import { Replica } from '@hallpass/core/replica';
import type { Instant } from '@hallpass/core/replica-age';
import { formatPosition } from '@hallpass/core/replica-position';
import type { Outcome } from '@hallpass/core/replica-state';
import type { TableEntry } from '@hallpass/core/token-table';
import { FrameReader } from '@hallpass/core/wire-feed-reader';
import { ModelServer, VALUES } from './model-server.ts';

const MOST_ATTEMPTS = 8;

/** A replica and its model server, with what each position has ever stood for. */
export class Driver {
  readonly server = new ModelServer();
  readonly replica = new Replica({ maxStaleness: 60_000 });
  readonly history: Outcome[] = [];
  readonly ledger = new Map<string, Map<string, TableEntry>>();
  now: Instant = { wall: this.server.time, monotonic: 0 };
  #reader = new FrameReader();
  #wanted: 'tail' | 'snapshot' | undefined = 'snapshot';
  #sent = 0;

  constructor() {
    this.record();
  }

  record(): void {
    const { server } = this;
    this.ledger.set(formatPosition(server.head), server.tableAt(server.rows.length));
  }

  pass(ms: number): void {
    this.now = { wall: this.now.wall + ms, monotonic: this.now.monotonic + ms };
    this.server.time += ms;
  }

  note(outcome: Outcome): void {
    this.history.push(outcome);
    if (outcome.kind === 'resync') this.#wanted = outcome.by;
    if (outcome.kind === 'confirm') assert.deepEqual(outcome.position, this.replica.position);
    this.expectTrue();
  }

  /** Hands in bytes of the stream; those behind a resync belong to a stream that has been given up. */
  deliver(bytes: Uint8Array): void {
    for (const frame of this.#reader.push(bytes)) {
      if (this.#wanted) return;
      const opening = { origin: 'server', asked: this.now, at: this.now } as const;
      this.note(this.replica.take({ ...frame, ...opening }));
    }
  }

  /** What the server has to say since it last did, one piece a frame. */
  news(): Uint8Array[] {
    if (this.#wanted) return [];
    const frames = this.server.tail(this.#sent);
    this.#sent = this.server.rows.length;
    return [...frames, this.server.heartbeat()];
  }

  cut(): void {
    this.note(this.replica.take({ kind: 'cut', at: this.now }));
  }

  /** One attempt to be connected. `spoil` may do anything to the bytes of a snapshot. */
  connect(spoil: (pieces: Uint8Array[]) => Uint8Array[] = (pieces) => pieces): void {
    if (!this.#wanted) return;
    if (this.#wanted === 'snapshot') {
      this.note(this.replica.beginSnapshot('server', this.now));
      this.#wanted = undefined;
      for (const piece of spoil(this.server.snapshot()))
        this.note(this.replica.pushSnapshot(piece, this.now));
      if (this.replica.state.kind === 'loading')
        this.note(this.replica.take({ kind: 'snapshot_fails', at: this.now }));
      if (this.#wanted) return;
    }
    const { position } = this.replica;
    assert.ok(position);
    this.#wanted = undefined;
    this.#reader = new FrameReader();
    this.#sent = position.revision;
    this.deliver(this.server.hello(position));
  }

  /** Until everything is well, from an honest server. */
  settle(): void {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      this.connect();
      for (const frame of this.news()) this.deliver(frame);
      if (!this.#wanted && this.#sent === this.server.rows.length) return;
    }
    assert.fail('The replica did not come to rest.');
  }

  /** What is in memory is what the position stood for on the server. */
  expectTrue(): void {
    const { position, tokens } = this.replica;
    if (!position) return;
    const expected = this.ledger.get(formatPosition(position));
    assert.ok(expected, 'a position no server ever had');
    for (const value of VALUES) {
      const bytes = digestToBytes(digestOf(value));
      const found = tokens.find(Int32Array.from({ length: 8 }, (_, i) => bytes.readInt32BE(i * 4)));
      assert.equal(found?.write, expected.get(digestOf(value))?.write);
    }
    assert.equal(tokens.size, expected.size);
  }
}
