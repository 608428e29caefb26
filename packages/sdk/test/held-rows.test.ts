import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPosition } from '@hallpass/core/replica-position';
import { HeldRows } from '@hallpass/sdk/held-rows';

const EPOCH = '00112233445566778899aabbccddeeff';
const FROM = 10;
const ROWS = 40;

function placeOf(revision: number, chain = revision) {
  return { epoch: EPOCH, revision, chain: new Uint8Array(16).fill(chain) };
}

/** Of very different lengths, so that some share a piece with others and some fill more than one. */
function rowOf(revision: number): Buffer {
  const length = revision % 7 === 0 ? 300_000 : revision * 3_000;
  return Buffer.from(`id: ${formatPosition(placeOf(revision))}\ndata: ${'x'.repeat(length)}\n\n`);
}

function held(): HeldRows {
  const rows = new HeldRows(placeOf(FROM));
  for (let i = 1; i <= ROWS; i++) rows.add(rowOf(FROM + i));
  return rows;
}

function takenFrom(rows: HeldRows): Buffer {
  const taken: Uint8Array[] = [];
  while (rows.pieces > 0) taken.push(rows.shift() ?? assert.fail());
  return Buffer.concat(taken);
}

test('what is behind a place comes out whole and in order, wherever the place is, and what came after it too', () => {
  for (let to = FROM; to <= FROM + ROWS; to++) {
    const rows = held();
    rows.dropTo(to);
    const next = FROM + ROWS + 1;
    rows.add(rowOf(next));
    for (let revision = to + 1; revision <= next; revision++) assert.ok(rows.passed(placeOf(revision)));
    const wanted = Array.from({ length: next - to }, (_, i) => rowOf(to + 1 + i));
    assert.ok(takenFrom(rows).equals(Buffer.concat(wanted)), `behind ${to}`);
  }
});

test('rows came through their own places and no other', () => {
  const rows = held();
  assert.equal(rows.newest, FROM + ROWS);
  for (let revision = FROM; revision <= FROM + ROWS; revision++) {
    assert.ok(rows.passed(placeOf(revision)));
    assert.ok(!rows.passed(placeOf(revision, revision + 1)));
    assert.ok(!rows.passed({ ...placeOf(revision), epoch: EPOCH.replace('0', '1') }));
  }
  assert.ok(!rows.passed(placeOf(FROM - 1)));
  assert.ok(!rows.passed(placeOf(FROM + ROWS + 1)));
});
