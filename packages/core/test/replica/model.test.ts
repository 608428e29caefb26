import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Head } from '@hallpass/core/change';
import { digestOf } from '@hallpass/core/digest';
import { formatPosition } from '@hallpass/core/replica-position';
import { type Bookmark, chainOf, encodeFrame, type FeedRow, type Frame } from '@hallpass/core/wire-feed';
import fc from 'fast-check';
import { Driver } from './driver.ts';
import { entryOf } from './model-server.ts';

type Step = (driver: Driver) => void;
type Fault = (frames: Uint8Array[], at: number) => Uint8Array[];

const OPERATOR = { id: 'opr_1', digest: digestOf('o') } as const;

const edit: Fault = (frames, at) =>
  frames.map((frame, i) => {
    if (i !== at % frames.length) return frame;
    const edited = Uint8Array.from(frame);
    edited[at % frame.length] = (edited[at % frame.length] as number) ^ 1;
    return edited;
  });

const FAULTS: Readonly<Record<string, Fault>> = {
  none: (frames) => frames,
  drop: (frames, at) => frames.filter((_, i) => i !== at % frames.length),
  double: (frames, at) => frames.flatMap((frame, i) => (i === at % frames.length ? [frame, frame] : [frame])),
  reorder: (frames, at) => [...frames.slice(at % frames.length), ...frames.slice(0, at % frames.length)],
  edit,
  truncate: (frames, at) =>
    frames.map((frame, i) => (i === at % frames.length ? frame.subarray(0, at % 40) : frame)),
};

const NOWHERE = new Uint8Array(16).fill(7);

/** Frames that are whole and not true, of a place beside the one where the replica is. */
const LIES: Readonly<Record<string, (head: Head, at: number) => Frame>> = {
  row: (head, at) => row(head, at % 4, () => NOWHERE),
  row_that_skips_some: (head, at) => row(head, 2 + (at % 3), (skipping) => chainOf(head.chain, skipping)),
  row_of_this_place: (head) => row(head, 0, () => NOWHERE),
  row_of_another_history: (head) =>
    row({ ...head, epoch: 'elsewhere' }, 1, (next) => chainOf(head.chain, next)),
  heartbeat: (head, at) => ({ kind: 'heartbeat', ...bookmark(beside(head, at), at) }),
  head_that_never_comes: (head, at) => ({
    kind: 'heartbeat',
    ...bookmark(head, at),
    head: head.revision + at,
  }),
  hello: (head, at) => ({ kind: 'hello', replica: 'r', ...bookmark(beside(head, at), at) }),
  confirm: (head, at) => ({ kind: 'confirm', position: beside(head, at) }),
  reset: () => ({ kind: 'reset', reason: 'chain' }),
  resume: (_, at) => ({ kind: 'resume', reason: 'full', spread: at }),
};

function row({ epoch, revision }: Head, further: number, closing: (row: FeedRow) => Uint8Array): Frame {
  const token = { kind: 'token', at: 1_800_000_000_000, token: entryOf(further, true) } as const;
  const open = { ...token, revision: revision + further, chain: NOWHERE };
  return { kind: 'change', epoch, row: { ...open, chain: closing(open) } };
}

function beside(head: Head, at: number): Head {
  if (at % 3 === 0) return { ...head, epoch: 'elsewhere' };
  return at % 3 === 1 ? { ...head, revision: head.revision + at } : { ...head, chain: NOWHERE };
}

function bookmark(position: Head, at: number): Bookmark {
  return { position, time: 1_800_000_000_000 + at * 1_000, head: position.revision };
}

function spoiled(frames: Uint8Array[], fault: string, at: number): Uint8Array[] {
  return frames.length === 0 ? frames : (FAULTS[fault] as Fault)(frames, at);
}

const fault = fc.constantFrom(...Object.keys(FAULTS));

function changed(driver: Driver, act: () => void): void {
  act();
  driver.record();
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ n: fc.nat(5), write: fc.boolean() }).map(
    ({ n, write }): Step =>
      (driver) => {
        changed(driver, () =>
          driver.server.commit((place) => ({ ...place, kind: 'token', token: entryOf(n, write) })),
        );
      },
  ),
  fc.nat(5).map(
    (n): Step =>
      (driver) => {
        changed(driver, () =>
          driver.server.commit((place) => ({ ...place, kind: 'token_removed', token: entryOf(n, false) })),
        );
      },
  ),
  fc.constant<Step>((driver) => {
    changed(driver, () =>
      driver.server.commit((place) => ({ ...place, kind: 'operator_removed', operator: OPERATOR })),
    );
  }),
  fc.nat(9).map(
    (to): Step =>
      (driver) =>
        changed(driver, () => driver.server.restore(to)),
  ),
  fc.nat(3).map(
    (count): Step =>
      (driver) =>
        changed(driver, () => driver.server.lose(count)),
  ),
  fc.constant<Step>((driver) => driver.server.trim()),
  fc.constant<Step>((driver) => driver.cut()),
  fc.nat(20_000).map(
    (ms): Step =>
      (driver) => {
        driver.pass(ms);
        driver.note(driver.replica.take({ kind: 'tick', at: driver.now }));
      },
  ),
  fc.tuple(fc.constantFrom(...Object.values(LIES)), fc.nat(100)).map(
    ([lie, at]): Step =>
      (driver) => {
        const { position } = driver.replica;
        if (position) driver.deliver(encodeFrame(lie(position, at)));
      },
  ),
  fc.tuple(fault, fc.nat(500)).map(
    ([kind, at]): Step =>
      (driver) => {
        driver.connect((pieces) => spoiled(pieces, kind, at));
      },
  ),
  fc.tuple(fault, fc.nat(500)).map(
    ([kind, at]): Step =>
      (driver) => {
        for (const frame of spoiled(driver.news(), kind, at)) driver.deliver(frame);
      },
  ),
);

function positionOf({ replica }: Driver): string | undefined {
  return replica.position && formatPosition(replica.position);
}

/** Between two swaps, what was applied is numbered one by one: ordered, unique, without a gap. */
function expectInOrder(driver: Driver): void {
  let last: number | undefined;
  for (const outcome of driver.history) {
    if (outcome.kind === 'swapped') last = undefined;
    if (outcome.kind !== 'applied') continue;
    if (last !== undefined) assert.equal(outcome.row.revision, last + 1);
    last = outcome.row.revision;
  }
}

test('C88, C89, C92, C94: whatever server and wire do, the copy is what its position stood for, and comes to rest at the head', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 60, size: 'max' }), (run) => {
      const driver = new Driver();
      for (const step of run) step(driver);
      driver.settle();
      assert.equal(positionOf(driver), formatPosition(driver.server.head));
      assert.equal(driver.replica.state.kind, 'live');
      expectInOrder(driver);
    }),
    { numRuns: 400 },
  );
});
