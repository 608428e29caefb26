import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packTokens } from '@hallpass/core/packed';
import { Replica } from '@hallpass/core/replica';
import { SnapshotEncoder } from '@hallpass/core/replica-snapshot';
import { entryOf, ModelServer } from './model-server.ts';

const server = new ModelServer();
for (const n of [0, 1, 2]) server.commit((place) => ({ ...place, kind: 'token', token: entryOf(n, true) }));
const bytes = Buffer.concat(server.snapshot());
const now = { wall: server.time, monotonic: 0 };

function load(...chunks: readonly Uint8Array[]): Replica {
  const replica = new Replica();
  replica.beginSnapshot('server', now);
  for (const chunk of chunks) replica.pushSnapshot(chunk, now);
  return replica;
}

test('a snapshot is read alike wherever its bytes are cut', () => {
  for (let cut = 0; cut <= bytes.length; cut++) {
    const replica = load(bytes.subarray(0, cut), bytes.subarray(cut));
    assert.deepEqual([replica.state.kind, replica.tokens.size], ['live', 3]);
  }
});

test('C98: a snapshot with any byte changed, cut or added is refused whole', () => {
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] as number) ^ 0x10;
    assert.equal(load(changed).tokens.size, 0, `byte ${at}`);
    assert.equal(load(bytes.subarray(0, at)).tokens.size, 0, `cut at ${at}`);
  }
  assert.equal(load(Buffer.concat([bytes, Buffer.of(0)])).state.kind, 'cold');
});

test('a snapshot that says fewer or more tokens than it has is refused, and as soon as it has one too many', () => {
  const encoder = new SnapshotEncoder();
  const batch = (n: number) => encoder.batch(packTokens([entryOf(n, true)]));
  const replica = load(encoder.start({ time: now.wall, count: 1 }), ...batch(0));
  assert.equal(replica.state.kind, 'loading');
  replica.pushSnapshot(Buffer.concat(batch(1)), now);
  assert.equal(replica.state.kind, 'cold');
  for (const count of [4, 2 ** 47]) {
    const other = new SnapshotEncoder();
    const pieces = [other.start({ time: now.wall, count }), ...other.batch(packTokens([entryOf(0, true)]))];
    assert.equal(load(...pieces, other.end(server.head)).state.kind, 'cold');
  }
});

test('the copy serves on while another is built aside, and after that one failed', () => {
  const replica = load(bytes);
  replica.beginSnapshot('server', now);
  replica.pushSnapshot(bytes.subarray(0, -1), now);
  assert.deepEqual([replica.state.kind, replica.tokens.size, replica.serves(now)], ['loading', 3, true]);
  assert.equal(replica.pushSnapshot(Buffer.of(0), now).kind, 'resync');
  assert.deepEqual([replica.state.kind, replica.tokens.size, replica.serves(now)], ['stale', 3, true]);
});

test('a file never takes the place of a copy', () => {
  const replica = load(bytes);
  assert.deepEqual(replica.beginSnapshot('file', now), { kind: 'ignored', why: 'newer_copy' });
});
