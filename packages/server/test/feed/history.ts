import assert from 'node:assert/strict';
import { formatPosition } from '@hallpass/core/replica-position';
import { chainOf, type FeedRow, type Frame } from '@hallpass/core/wire-feed';

/** What one connection asked for and was told, in the order in which it was. */
export interface Told {
  readonly from: string;
  readonly frames: readonly Frame[];
}

/** The connections of one client, one after the other. */
export type History = readonly Told[];

function rowsOf(frames: readonly Frame[]): FeedRow[] {
  return frames.flatMap((frame) => (frame.kind === 'change' ? [frame.row] : []));
}

function revisionIn(place: string): number {
  return Number(place.split('.')[1]);
}

/** Rows come in the order of revisions. */
function ordered({ frames }: Told): void {
  const revisions = rowsOf(frames).map(({ revision }) => revision);
  assert.deepEqual(
    revisions,
    [...revisions].sort((a, b) => a - b),
  );
}

/** No row comes twice to one client, who asks behind the last it has. */
function unique(history: History): void {
  const revisions = history.flatMap(({ frames }) => rowsOf(frames)).map(({ revision }) => revision);
  assert.equal(new Set(revisions).size, revisions.length);
}

/** Between the first and the last row that came none is missing. */
function reliable(history: History): void {
  const revisions = history.flatMap(({ frames }) => rowsOf(frames)).map(({ revision }) => revision);
  revisions.forEach((revision, i) => {
    if (i > 0) assert.equal(revision, (revisions[i - 1] as number) + 1);
  });
}

/** Each row is whole: what it says is what its chain was made of. */
function atomic({ from, frames }: Told): void {
  let previous: Uint8Array = Buffer.from(from.split('.')[2] ?? '', 'hex');
  for (const row of rowsOf(frames)) {
    assert.deepEqual(Buffer.from(chainOf(previous, row)), Buffer.from(row.chain));
    previous = row.chain;
  }
}

/** A stream begins with a hello at the place it was asked from, and its rows right behind that. */
function resumable({ from, frames }: Told): void {
  const [first] = frames;
  assert.ok(first?.kind === 'hello');
  assert.equal(formatPosition(first.position), from);
  const [row] = rowsOf(frames);
  if (row) assert.equal(row.revision, revisionIn(from) + 1);
}

/** Whoever is told a place has been sent everything up to it, and nothing behind it. */
function bookmarkable({ from, frames }: Told): void {
  let last = revisionIn(from);
  for (const frame of frames) {
    if (frame.kind === 'change') last = frame.row.revision;
    else if ('position' in frame) assert.equal(frame.position.revision, last, frame.kind);
    if (frame.kind === 'heartbeat') assert.ok(frame.head >= last);
  }
}

/** What a watch promises, held against what a client was told. */
export function assertPromises(history: History): void {
  unique(history);
  reliable(history);
  for (const told of history) {
    ordered(told);
    atomic(told);
    resumable(told);
    bookmarkable(told);
  }
}
