/** Smaller numbers are seconds that were taken for milliseconds: this one is a day in 1973. */
const EARLIEST = 100_000_000_000;
/** 9999-12-31T23:59:59.999Z, the last moment that the API takes. */
const LATEST = 253_402_300_799_999;

export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

function refuse(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

const MILLISECONDS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|milliseconds?)$/, 1],
  [/^(s|secs?|seconds?)$/, 1_000],
  [/^(m|mins?|minutes?)$/, 60_000],
  [/^(h|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
  [/^(w|weeks?)$/, 604_800_000],
];
const MONTHS: readonly (readonly [RegExp, number])[] = [
  [/^(mo|months?)$/, 1],
  [/^(y|years?)$/, 12],
];

/** A length of time: months are kept apart, since they differ in length. */
interface Span {
  readonly milliseconds: number;
  readonly months: number;
}

const SPAN = /^(\d+ *[a-z]+[ ,]*)+$/;
const PART = /(\d+) *([a-z]+)/g;

function factor(units: typeof MONTHS, unit: string): number {
  return units.find(([pattern]) => pattern.test(unit))?.[1] ?? 0;
}

/** `30d`, `1h30m`, `2 weeks`; undefined when it is none. */
function spanFrom(text: string): Span | undefined {
  const words = text.toLowerCase();
  if (!SPAN.test(words)) return undefined;
  const span = { milliseconds: 0, months: 0 };
  for (const [, count, unit = ''] of words.matchAll(PART)) {
    const [milliseconds, months] = [factor(MILLISECONDS, unit), factor(MONTHS, unit)];
    if (milliseconds + months === 0) return undefined;
    span.milliseconds += Number(count) * milliseconds;
    span.months += Number(count) * months;
  }
  return span;
}

/** The same day and time so many months on, or the last day of that month when it is shorter. */
function addMonths(at: number, months: number): number {
  const date = new Date(at);
  const day = date.getDate();
  date.setDate(1);
  date.setMonth(date.getMonth() + months);
  const last = new Date(date.getFullYear(), date.getMonth() + 1, 0).getDate();
  date.setDate(Math.min(day, last));
  return date.getTime();
}

const DAY = String.raw`(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})`;
const TIME = String.raw`(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,3}))?)?`;
const MOMENT = new RegExp(
  `^(?:${DAY}|(?<word>today|tomorrow))(?:[ tT]${TIME}(?<zone>z|[+-]\\d{2}:\\d{2})?)?$`,
  'i',
);

function fieldsOf(groups: Record<string, string | undefined>, now: number): number[] {
  const number = (name: string) => Number((groups[name] ?? '0').padEnd(name === 'fraction' ? 3 : 0, '0'));
  const time = ['hour', 'minute', 'second', 'fraction'].map(number);
  if (groups['word'] === undefined) return [number('year'), number('month'), number('day'), ...time];
  const day = new Date(now);
  if (groups['word'].toLowerCase() === 'tomorrow') day.setDate(day.getDate() + 1);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate(), ...time];
}

/** Minutes that a written zone is ahead of UTC; NaN for one that cannot be. */
function minutesAhead(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** A calendar date with or without a time; NaN when there is no such moment, undefined when it is no date. */
function momentFrom(text: string, now: number): number | undefined {
  const groups = MOMENT.exec(text)?.groups;
  if (!groups) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, fraction = 0] = fieldsOf(
    groups,
    now,
  );
  const utc = new Date(Date.UTC(year, month - 1, day, hour, minute, second, fraction));
  // What runs over, such as February 30, comes back as another day.
  const same =
    utc.getUTCFullYear() === year &&
    utc.getUTCMonth() === month - 1 &&
    utc.getUTCDate() === day &&
    utc.getUTCHours() === hour;
  if (!same || minute > 59 || second > 59) return Number.NaN;
  if (groups['zone'] !== undefined) return utc.getTime() - minutesAhead(groups['zone']) * 60_000;
  return new Date(year, month - 1, day, hour, minute, second, fraction).getTime();
}

const FORMS = 'such as 30d, 12h, 2027-01-31, "2027-01-31 18:00", "tomorrow 18:00" or milliseconds since 1970';

function secondsFault(text: string): string {
  const milliseconds = `${text}000`;
  const number = Number(milliseconds);
  const example =
    number >= EARLIEST && number <= LATEST
      ? `in milliseconds it would be ${milliseconds} (${new Date(number).toISOString()})`
      : 'it is no time in milliseconds since 1970';
  return `${text} looks like seconds; ${example}. For a length of time, add its unit: ${text}s, 30d`;
}

export interface WhenOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Which way a length of time counts from now. */
  readonly direction: 'ahead' | 'back';
}

/** A moment as people write it, in the local time zone, as milliseconds since the epoch. Never throws. */
export function readWhen(input: string, { now, direction }: WhenOptions): Reading<number> {
  const text = input.trim().replace(/ +/g, ' ');
  if (/^\d{1,11}$/.test(text) && Number(text) < EARLIEST) return refuse(secondsFault(text));
  const span = spanFrom(text);
  const sign = direction === 'ahead' ? 1 : -1;
  const at = /^\d+$/.test(text)
    ? Number(text)
    : span
      ? addMonths(now, sign * span.months) + sign * span.milliseconds
      : momentFrom(text, now);
  if (at === undefined) return refuse(`is not a time; write it ${FORMS}`);
  if (Number.isNaN(at) && !span) return refuse('is a date that does not exist');
  if (!(at >= EARLIEST && at <= LATEST)) return refuse('is outside the years 1973 to 9999');
  return { ok: true, value: at };
}

/** An expiry: a moment, or null for `never`. */
export function readExpiry(input: string, now: number): Reading<number | null> {
  if (/^\s*never\s*$/i.test(input)) return { ok: true, value: null };
  return readWhen(input, { now, direction: 'ahead' });
}

/** A length of time such as `2s` or `500ms`, in milliseconds. */
export function readDuration(input: string): Reading<number> {
  const span = spanFrom(input.trim());
  if (!span || span.months > 0 || span.milliseconds === 0)
    return refuse('is not a length of time; write it such as 2s, 500ms or 1m');
  return { ok: true, value: span.milliseconds };
}
