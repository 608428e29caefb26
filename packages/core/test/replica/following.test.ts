import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '@hallpass/core/replica-state';
import { encodeFrame } from '@hallpass/core/wire-feed';
import { Driver } from './driver.ts';
import { entryOf } from './model-server.ts';

function connected(): Driver {
  const driver = new Driver();
  driver.settle();
  return driver;
}

function last(driver: Driver): unknown {
  return driver.history.at(-1);
}

function stateOf({ replica }: Driver): string {
  return replica.state.kind;
}

function tick(driver: Driver): void {
  driver.note(driver.replica.take({ kind: 'tick', at: driver.now }));
}

function commit(driver: Driver): void {
  driver.server.commit((place) => ({ ...place, kind: 'token', token: entryOf(0, true) }));
  driver.record();
}

test('C101: five seconds without a word make nothing stale, fifteen and one do, and the stream is given up', () => {
  const driver = connected();
  driver.pass(5_000);
  tick(driver);
  assert.equal(stateOf(driver), 'live');
  driver.pass(10_001);
  tick(driver);
  assert.equal(stateOf(driver), 'stale');
  assert.deepEqual(last(driver), { kind: 'resync', by: 'tail', reason: 'silent' });
  driver.settle();
  assert.equal(stateOf(driver), 'live');
});

test('a heartbeat that was held back on its way makes the copy no younger', () => {
  const driver = connected();
  const held = driver.server.heartbeat();
  driver.pass(16_000);
  driver.deliver(held);
  assert.equal(driver.replica.age(driver.now), 16_000);
  assert.deepEqual(last(driver), { kind: 'resync', by: 'tail', reason: 'late' });
});

test('a heartbeat that tells of rows still to come makes the copy no younger', () => {
  const driver = connected();
  const { head, time } = driver.server;
  driver.pass(3_000);
  driver.deliver(
    encodeFrame({ kind: 'heartbeat', position: head, time: time + 3_000, head: head.revision + 1 }),
  );
  assert.equal(driver.replica.age(driver.now), 3_000);
});

test('a hello of another place than was asked from makes the copy no younger', () => {
  for (const other of [{ epoch: 'elsewhere' }, { chain: new Uint8Array(16).fill(7) }]) {
    const driver = connected();
    const { head, time } = driver.server;
    driver.pass(3_000);
    driver.cut();
    const position = { ...head, ...other };
    const hello = { kind: 'hello', replica: 'r', position, time: time + 3_000, head: head.revision } as const;
    driver.note(driver.replica.take({ ...hello, origin: 'server', asked: driver.now, at: driver.now }));
    assert.equal(driver.replica.age(driver.now), 3_000);
    assert.equal((last(driver) as Outcome).kind, 'resync');
  }
});

test('a row that got lost is noticed at the next heartbeat', () => {
  const driver = connected();
  commit(driver);
  driver.deliver(driver.server.heartbeat());
  assert.deepEqual(last(driver), { kind: 'resync', by: 'tail', reason: 'gap' });
});

test('a second doubt at one place asks for a snapshot', () => {
  const driver = connected();
  driver.deliver(Buffer.from('data: x\n\n'));
  assert.deepEqual(last(driver), { kind: 'resync', by: 'tail', reason: 'malformed' });
  driver.connect();
  driver.deliver(Buffer.from('data: x\n\n'));
  assert.deepEqual(last(driver), { kind: 'resync', by: 'snapshot', reason: 'malformed' });
});

test('a confirmation names what has been applied', () => {
  const driver = connected();
  commit(driver);
  for (const frame of driver.news()) driver.deliver(frame);
  driver.deliver(encodeFrame({ kind: 'confirm', position: driver.server.head }));
  assert.deepEqual(last(driver), { kind: 'confirm', position: driver.replica.position });
});

test('C91: a resume goes on from the oldest kept and from the head, and is reset before, past and elsewhere', () => {
  const { server } = new Driver();
  for (let n = 0; n < 5; n++)
    server.commit((place) => ({ ...place, kind: 'token', token: entryOf(n, true) }));
  const place = (revision: number, epoch = 'e0') => ({
    epoch,
    revision,
    chain: server.chainAt(Math.min(revision, 5)),
  });
  server.kept = 3;
  const answers = [place(3), place(2), place(5), place(6), place(5, 'e9')].map((from) =>
    server.resetFor(from),
  );
  assert.deepEqual(answers, [undefined, 'trimmed', undefined, 'ahead', 'epoch']);
});
