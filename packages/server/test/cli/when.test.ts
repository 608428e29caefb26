import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { reading } from 'hallpass/cli/moments';
import { readDuration, readExpiry, readWhen } from 'hallpass/cli/when';

const NOW = Date.UTC(2026, 10, 24, 12, 30);
const AHEAD = { now: NOW, direction: 'ahead' } as const;
const DAY = 86_400_000;

function at(text: string): number {
  const result = readWhen(text, AHEAD);
  assert.ok(result.ok, text);
  return result.value;
}

function local(year: number, month: number, day: number, hour = 0, minute = 0): number {
  return new Date(year, month - 1, day, hour, minute).getTime();
}

test('lengths of time count from now', () => {
  for (const [text, length] of [
    ['30d', 30 * DAY],
    ['12h', DAY / 2],
    ['1h30m', 5_400_000],
    ['2 weeks', 14 * DAY],
    ['1 day, 2 hours', 93_600_000],
    ['90s', 90_000],
    ['5 min', 300_000],
    ['1500ms', 1_500],
  ] as const)
    assert.equal(at(text) - NOW, length, text);
  assert.deepEqual(readWhen('30d', { now: NOW, direction: 'back' }), { ok: true, value: NOW - 30 * DAY });
});

test('months and years keep the day, or take the last of a shorter month', () => {
  const end = local(2027, 1, 31, 9);
  assert.deepEqual(readWhen('1mo', { now: end, direction: 'ahead' }), {
    ok: true,
    value: local(2027, 2, 28, 9),
  });
  assert.deepEqual(readWhen('1y', { now: local(2028, 2, 29), direction: 'ahead' }), {
    ok: true,
    value: local(2029, 2, 28),
  });
});

test('dates are in the time zone of the user, unless they name another', () => {
  assert.equal(at('2027-01-31'), local(2027, 1, 31));
  assert.equal(at('2027-01-31 18:00'), local(2027, 1, 31, 18));
  assert.equal(at('2027-01-31T18:00:00.250Z'), Date.UTC(2027, 0, 31, 18, 0, 0, 250));
  assert.equal(at('2027-01-31T18:00+02:00'), Date.UTC(2027, 0, 31, 16));
  const today = new Date(NOW);
  const tomorrow = new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1, 18);
  assert.equal(at('tomorrow 18:00'), tomorrow.getTime());
  assert.equal(at('today'), local(today.getFullYear(), today.getMonth() + 1, today.getDate()));
  assert.deepEqual(readExpiry('never', NOW), { ok: true, value: null });
});

test('what is no moment is refused with what to write instead', () => {
  for (const [text, message] of [
    ['soon', /is not a time; write it such as 30d/],
    ['', /is not a time/],
    ['30 parsecs', /is not a time/],
    ['18:00', /is not a time/],
    ['-30d', /is not a time/],
    ['2027-02-30', /does not exist/],
    ['2027-13-01', /does not exist/],
    ['0050-01-01', /does not exist/],
    ['2027-01-31 24:00', /does not exist/],
    ['2027-01-31T18:00+99:00', /does not exist/],
    ['99999999999y', /outside the years/],
    ['253402300800000', /outside the years/],
    ['99999999999999999999', /outside the years/],
    [
      '1893456000',
      /looks like seconds; in milliseconds it would be 1893456000000 \(2030-01-01T00:00:00\.000Z\)/,
    ],
    ['30', /looks like seconds; it is no time in milliseconds since 1970.*30s, 30d/],
  ] as const) {
    const result = readWhen(text, AHEAD);
    assert.ok(!result.ok && message.test(result.message), `${text}: ${JSON.stringify(result)}`);
  }
});

test('raw milliseconds and RFC 3339 are read as they were written, whatever the moment', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100_000_000_000, max: 253_402_300_799_999 }), (moment) => {
      assert.equal(at(String(moment)), moment);
      assert.equal(at(new Date(moment).toISOString()), moment);
    }),
  );
});

test('whatever is written, the answer is a moment that the API takes or a refusal', () => {
  const words = fc.array(
    fc.constantFrom('1', '30', 'd', 'h', 'y', 'mo', ' ', '-', ':', '2027', 'T', 'z', '+', 'tomorrow'),
  );
  const texts = fc.oneof(
    fc.string(),
    words.map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, fc.constantFrom('ahead', 'back'), (text, direction) => {
      const result = readWhen(text, { now: NOW, direction });
      if (result.ok) assert.ok(result.value >= 100_000_000_000 && result.value <= 253_402_300_799_999);
      else assert.ok(result.message.length > 0);
    }),
    { numRuns: 2_000 },
  );
});

test('a length that is not one is refused', () => {
  assert.deepEqual(readDuration('2s'), { ok: true, value: 2_000 });
  for (const text of ['', '2', '0s', '1mo', 'x', '2027-01-31'])
    assert.equal(readDuration(text).ok, false, text);
});

test('a moment is printed back with the time zone and how far off it is', () => {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const [length, expected] of [
    [30 * DAY, 'in 30 days'],
    [90 * DAY, 'in 90 days'],
    [41 * 3_600_000, 'in 41 hours'],
    [-100_000, '2 minutes ago'],
    [365.25 * DAY, 'in 1 year'],
    [0, 'now'],
  ] as const)
    assert.match(
      reading(NOW + length, NOW),
      new RegExp(`^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d ${zone}, ${expected}$`),
    );
});
