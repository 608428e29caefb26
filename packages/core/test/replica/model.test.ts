import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '@hallpass/core/digest';
import { formatPosition } from '@hallpass/core/replica-position';
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
