import type { Head, TokenState } from './change.ts';
import { type Digest, digestFromBytes } from './digest.ts';
import type { TokenId } from './id.ts';
import { LONGEST_NAME } from './names.ts';
import { parsePosition } from './replica-position.ts';
import type { SseEvent } from './sse.ts';
import {
  checkOf,
  FEED_VERSION,
  type Frame,
  RESETS,
  RESUMES,
  type Reset,
  type Resume,
  type TokenGone,
} from './wire-feed.ts';

const TOKEN_ID = /^tok_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const REPLICA = /^[0-9A-Za-z_-]{1,64}$/;
/** All ones in 48 bits are the table's word for never. */
const NO_TIME = 2 ** 48 - 1;

class Malformed extends Error {}

function need(condition: boolean): asserts condition {
  if (!condition) throw new Malformed();
}

type Fields = Readonly<Record<string, unknown>>;

/** Exactly these fields: one that is not known here may take a right away. */
function fieldsOf(value: unknown, keys: readonly string[]): Fields {
  need(typeof value === 'object' && value !== null && !Array.isArray(value));
  const found = Object.keys(value);
  need(found.length === keys.length && keys.every((key) => Object.hasOwn(value, key)));
  return value as Fields;
}

function text(value: unknown, pattern: RegExp): string {
  need(typeof value === 'string' && pattern.test(value));
  return value;
}

function bool(value: unknown): boolean {
  need(typeof value === 'boolean');
  return value;
}

function count(value: unknown, below: number = Number.MAX_SAFE_INTEGER): number {
  need(typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < below);
  return value;
}

function bytes32(value: unknown): Buffer {
  need(typeof value === 'string' && value.length === 43);
  const bytes = Buffer.from(value, 'base64url');
  need(bytes.length === 32 && bytes.toString('base64url') === value);
  return bytes;
}

function name(value: unknown): string {
  need(typeof value === 'string' && value.isWellFormed());
  need(encodeURIComponent(value).length <= LONGEST_NAME);
  return value;
}

function goneOf({ id, digest }: Fields): { id: TokenId; digest: Digest } {
  return { id: text(id, TOKEN_ID) as TokenId, digest: digestFromBytes(bytes32(digest)) };
}

function tokenOf(value: unknown): TokenState {
  const fields = fieldsOf(value, ['id', 'name', 'digest', 'expires_at', 'active', 'write']);
  const expiry = fields['expires_at'];
  return {
    ...goneOf(fields),
    name: name(fields['name']),
    expiresAt: expiry === null ? null : count(expiry, NO_TIME),
    active: bool(fields['active']),
    write: bool(fields['write']),
  };
}

function removedOf(value: unknown): TokenGone {
  return goneOf(fieldsOf(value, ['id', 'digest']));
}

function change({ epoch, revision, chain }: Head, data: unknown): Frame {
  const place = { revision, chain };
  need(typeof data === 'object' && data !== null && 'kind' in data);
  switch (data.kind) {
    case 'token': {
      const { at, token } = fieldsOf(data, ['kind', 'at', 'token']);
      return {
        kind: 'change',
        epoch,
        row: { ...place, kind: 'token', at: count(at), token: tokenOf(token) },
      };
    }
    case 'token_removed': {
      const { at, token } = fieldsOf(data, ['kind', 'at', 'token']);
      const row = { ...place, kind: 'token_removed', at: count(at), token: removedOf(token) } as const;
      return { kind: 'change', epoch, row };
    }
    case 'hidden': {
      const { hash } = fieldsOf(data, ['kind', 'hash']);
      return { kind: 'change', epoch, row: { ...place, kind: 'hidden', hash: bytes32(hash) } };
    }
    default:
      throw new Malformed();
  }
}

function hello(position: Head, data: unknown): Frame {
  const fields = fieldsOf(data, ['version', 'time', 'head', 'replica', 'check']);
  need(fields['version'] === FEED_VERSION);
  const bookmark = { position, time: count(fields['time'], NO_TIME), head: count(fields['head']) };
  need(bookmark.head >= position.revision && fields['check'] === checkOf('hello', bookmark));
  return { kind: 'hello', ...bookmark, replica: text(fields['replica'], REPLICA) };
}

function heartbeat(position: Head, data: unknown): Frame {
  const fields = fieldsOf(data, ['time', 'head', 'check']);
  const bookmark = { position, time: count(fields['time'], NO_TIME), head: count(fields['head']) };
  need(bookmark.head >= position.revision && fields['check'] === checkOf('heartbeat', bookmark));
  return { kind: 'heartbeat', ...bookmark };
}

function reset(data: unknown): Frame {
  const { reason } = fieldsOf(data, ['reason']);
  need(RESETS.some((known) => known === reason));
  return { kind: 'reset', reason: reason as Reset };
}

function resume(data: unknown): Frame {
  const { reason, spread } = fieldsOf(data, ['reason', 'spread']);
  need(RESUMES.some((known) => known === reason));
  return { kind: 'resume', reason: reason as Resume, spread: count(spread) };
}

function confirm(position: Head, data: unknown): Frame {
  fieldsOf(data, []);
  return { kind: 'confirm', position };
}

const PLACED: Readonly<Record<string, (position: Head, data: unknown) => Frame>> = {
  hello,
  change,
  heartbeat,
  confirm,
};
const UNPLACED: Readonly<Record<string, (data: unknown) => Frame>> = { reset, resume };

/** The frame an event stands for; undefined when any part of it is not exactly as docs/replica.md says. */
export function decodeFrame({ event, data, id }: SseEvent): Frame | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (Object.hasOwn(PLACED, event)) {
      const position = id === null ? undefined : parsePosition(id);
      need(position !== undefined);
      return PLACED[event]?.(position, value);
    }
    need(Object.hasOwn(UNPLACED, event) && id === null);
    return UNPLACED[event]?.(value);
  } catch {
    return undefined;
  }
}
