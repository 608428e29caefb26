import { DatabaseSync } from '@photostructure/sqlite';
import type { Connection } from './dialect.ts';

/** What is refused in a database, or soon will be, and is let in by an older one, and why it is refused. */
export interface Revived {
  readonly kind: 'token' | 'operator';
  readonly name: string;
  readonly because: 'removed' | 'rotated' | 'disabled' | 'ended' | 'read_only' | 'role' | 'ends_earlier';
}

interface Value {
  readonly kind: Revived['kind'];
  readonly id: string;
  readonly name: string;
  readonly digest: string;
  readonly active: number;
  readonly ends: number | null;
  /** 1: it ends at the first use of a newer one. */
  readonly passing: number;
  /** What it may do; of a token 1 or 0, of an operator its role. */
  readonly may: number | string;
}

const FORMERS = `
  union all select 'token', id, name, hex(former.digest), active,
    nullif(min(coalesce(ends_at, 9e15), coalesce(expires_at, 9e15)), 9e15), until_first_use, write
  from former join token on id = token_id`;

function valuesOf(connection: Connection): Iterable<Value> {
  const tables = connection.prepare("select count(*) as n from sqlite_schema where name = 'former'");
  const { n } = tables.get() as { n: number };
  return connection
    .prepare(
      `select 'token' as kind, id, name, hex(digest) as digest, active, expires_at as ends, 0 as passing,
         write as may from token
       ${n === 1 ? FORMERS : ''}
       union all select 'operator', id, name, hex(digest), active, expires_at, 0, role from operator`,
    )
    .iterate() as Iterable<Value>;
}

function isGood({ active, ends }: Value, now: number): boolean {
  return active === 1 && (ends === null || now < ends);
}

function endsEarlier(current: Value, then: Value): boolean {
  return (current.ends ?? Infinity) < (then.ends ?? Infinity) || current.passing > then.passing;
}

function reasonOf(
  then: Value,
  current: Value | undefined,
  ids: ReadonlySet<string>,
  now: number,
): Revived['because'] | undefined {
  if (!current) return ids.has(then.id) ? 'rotated' : 'removed';
  if (current.active !== 1) return 'disabled';
  if (!isGood(current, now)) return 'ended';
  if (current.may !== then.may && then.kind === 'operator') return 'role';
  if (current.may === 0 && then.may === 1) return 'read_only';
  return endsEarlier(current, then) ? 'ends_earlier' : undefined;
}

/** Opens a database to read it, and nothing else. */
function reading<T>(file: string, read: (connection: Connection) => T): T {
  const connection = new DatabaseSync(file, { readOnly: true });
  try {
    return read(connection);
  } finally {
    connection.close();
  }
}

/** What would be let in again at `now`, or for longer, if `older` took the place of `current`; each once. */
export function revivedBy(older: string, current: string, now: number): Revived[] {
  const known = new Map<string, Value>();
  const ids = new Set<string>();
  reading(current, (connection) => {
    for (const value of valuesOf(connection)) {
      known.set(`${value.kind} ${value.digest}`, value);
      ids.add(value.id);
    }
  });
  return reading(older, (connection) => {
    const found = new Map<string, Revived>();
    for (const value of valuesOf(connection)) {
      if (!isGood(value, now)) continue;
      const because = reasonOf(value, known.get(`${value.kind} ${value.digest}`), ids, now);
      // Of its values the first is told of, and one that is refused already before one that only will be.
      const told = found.get(value.id)?.because;
      if (because && (told === undefined || told === 'ends_earlier'))
        found.set(value.id, { kind: value.kind, name: value.name, because });
    }
    return [...found.values()];
  });
}
