const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365.25 * 86_400_000],
  ['month', 30.4375 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** From how many of a unit on it is used: `in 41 hours`, `in 90 days`. */
const FROM: Partial<Record<Intl.RelativeTimeFormatUnit, number>> = { day: 2, month: 4 };

/** `in 30 days`, `2 hours ago`. */
export function ago(at: number, now: number): string {
  const distance = at - now;
  const size = Math.abs(distance);
  if (size < 1_000) return 'now';
  const [unit, length] = UNITS.find(
    ([name, milliseconds]) => size >= milliseconds * (FROM[name] ?? 1) - 500,
  ) ?? ['second', 1_000];
  return relative.format(Math.round(distance / length), unit);
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** `2027-01-31 18:00`, in the user's time zone. */
export function local(at: number): string {
  const date = new Date(at);
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `2027-01-31 18:00 Europe/Berlin, in 68 days`: how a time was understood. */
export function reading(at: number, now: number): string {
  return `${local(at)} ${new Intl.DateTimeFormat().resolvedOptions().timeZone}, ${ago(at, now)}`;
}

/** `expires 2027-01-31 18:00 Europe/Berlin, in 68 days`, or that it never does. */
export function expiryText(at: number | null, now: number): string {
  if (at === null) return 'never expires';
  return `${at <= now ? 'expired' : 'expires'} ${reading(at, now)}`;
}
