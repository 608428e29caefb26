import type { TokenId } from '@hallpass/core/id';
import { packId } from '@hallpass/core/packed-id';
import type { Connection } from './dialect.ts';

const TOKENS_A_PAGE = 4_096;
const DIGEST = 32;
const ID_TEXT = 30;
const ID_BYTES = 16;
/** Expiry, flags and the length of the name. */
const FIXED = 9;

/**
 * One row a page, put together inside SQLite: a row for each token would take five times as long. A token is what
 * `@hallpass/core/packed` says, except that its id is still text.
 */
const pageOf = (rows: string) => `
  select
    max(place) as last,
    cast(group_concat(
      digest || cast(id as blob) || unhex(format('%012x%02x%04x',
        coalesce(expires_at, 281474976710655), active | (write << 1), octet_length(name))) || name, '') as blob
    ) as tokens
  from (${rows} limit ${TOKENS_A_PAGE})`;

const PRESENT = pageOf('select rowid as place, * from token where rowid > ? order by rowid');

/** A former value is good no longer than its token. */
const FORMER = pageOf(`
  select former.rowid as place, former.digest, id, name, active, write,
    nullif(min(coalesce(ends_at, 281474976710655), coalesce(expires_at, 281474976710655)), 281474976710655)
      as expires_at
  from former join token on id = token_id where former.rowid > ? order by former.rowid`);

const words = new Int32Array(4);

function packIds(tokens: Buffer): Uint8Array<ArrayBuffer> {
  const packed = Buffer.from(new ArrayBuffer(tokens.length));
  let to = 0;
  for (let from = 0; from < tokens.length; ) {
    const id = from + DIGEST;
    const rest = id + ID_TEXT;
    const end = rest + FIXED + tokens.readUInt16BE(rest + FIXED - 2);
    to += tokens.copy(packed, to, from, id);
    packId(tokens.toString('latin1', id, rest) as TokenId, words, 0);
    for (let i = 0; i < 4; i++) packed.writeInt32BE(words[i] as number, to + 4 * i);
    to += ID_BYTES + tokens.copy(packed, to + ID_BYTES, rest, end);
    from = end;
  }
  return new Uint8Array(packed.buffer, 0, to);
}

/** How many values `readPages` gives. */
export function countValues(connection: Connection): number {
  const { count } = connection
    .prepare('select (select count(*) from token) + (select count(*) from former) as count')
    .get() as { count: number };
  return count;
}

/** All values of all tokens as packed batches, in no order that matters. */
export function* readPages(connection: Connection): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  yield* pages(connection.prepare(PRESENT));
  yield* pages(connection.prepare(FORMER));
}

function* pages(
  statement: ReturnType<Connection['prepare']>,
): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  for (let after = 0; ; ) {
    const page: { last: number | null; tokens: Uint8Array } = statement.get(after);
    if (page.last === null) return;
    yield packIds(Buffer.from(page.tokens.buffer, page.tokens.byteOffset, page.tokens.length));
    after = page.last;
  }
}
