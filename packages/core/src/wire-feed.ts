import { hash } from 'node:crypto';
import { type Change, chain, chainLink, contentHash, type Head, type TokenState } from './change.ts';
import { digestToBytes } from './digest.ts';
import { formatPosition } from './replica-position.ts';
import { encodeSse } from './sse.ts';

/** What a client names in `Hallpass-Feed` and a hello repeats. Another number is another language. */
export const FEED_VERSION = 1;

export type TokenGone = Pick<TokenState, 'id' | 'digest'>;

/** A journal row as a replica is shown it. What it may not see is a hash that keeps its place in the chain. */
export type FeedRow = { readonly revision: number; readonly chain: Uint8Array } & (
  | { readonly kind: 'token'; readonly at: number; readonly token: TokenState }
  | { readonly kind: 'token_removed'; readonly at: number; readonly token: TokenGone }
  | { readonly kind: 'hidden'; readonly hash: Uint8Array }
);

/** Why a place is not one the server can go on from: see docs/replica.md. */
export const RESETS = ['epoch', 'chain', 'ahead', 'trimmed'] as const;
export type Reset = (typeof RESETS)[number];

/** Why a server ends a stream that it could go on with. */
export const RESUMES = ['slow', 'full', 'shutdown'] as const;
export type Resume = (typeof RESUMES)[number];

/** The stream's place, the server's clock, and the newest revision there is. */
export interface Bookmark {
  readonly position: Head;
  readonly time: number;
  readonly head: number;
}

export type Frame =
  | ({ readonly kind: 'hello'; readonly replica: string } & Bookmark)
  | { readonly kind: 'change'; readonly epoch: string; readonly row: FeedRow }
  | ({ readonly kind: 'heartbeat' } & Bookmark)
  | { readonly kind: 'confirm'; readonly position: Head }
  | { readonly kind: 'reset'; readonly reason: Reset }
  /** Come back at a moment drawn from the next `spread` milliseconds. */
  | { readonly kind: 'resume'; readonly reason: Resume; readonly spread: number };

/** Tells a damaged bookmark from a true one: no chain covers the numbers in it. */
export function checkOf(kind: 'hello' | 'heartbeat', { position, time, head }: Bookmark): string {
  const content = JSON.stringify([kind, formatPosition(position), time, head]);
  return hash('sha256', content, 'hex').slice(0, 16);
}

export function feedRow(change: Change, chain: Uint8Array): FeedRow {
  const place = { revision: change.revision, chain };
  if (change.kind === 'token' || change.kind === 'token_removed') return { ...change, ...place };
  return { ...place, kind: 'hidden', hash: contentHash(change) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function rowData(row: FeedRow): unknown {
  switch (row.kind) {
    case 'token': {
      const { id, name, digest, expiresAt, active, write } = row.token;
      const token = { id, name, digest: base64(digestToBytes(digest)), expires_at: expiresAt, active, write };
      return { kind: row.kind, at: row.at, token };
    }
    case 'token_removed': {
      const { id, digest } = row.token;
      return { kind: row.kind, at: row.at, token: { id, digest: base64(digestToBytes(digest)) } };
    }
    case 'hidden':
      return { kind: row.kind, hash: base64(row.hash) };
  }
}

function bookmarkData(frame: Extract<Frame, Bookmark>): unknown {
  const { time, head } = frame;
  const check = checkOf(frame.kind, frame);
  if (frame.kind === 'heartbeat') return { time, head, check };
  return { version: FEED_VERSION, time, head, replica: frame.replica, check };
}

function partsOf(frame: Frame): { position: Head | null; data: unknown } {
  switch (frame.kind) {
    case 'hello':
    case 'heartbeat':
      return { position: frame.position, data: bookmarkData(frame) };
    case 'change': {
      const { revision, chain } = frame.row;
      return { position: { epoch: frame.epoch, revision, chain }, data: rowData(frame.row) };
    }
    case 'confirm':
      return { position: frame.position, data: {} };
    case 'reset':
      return { position: null, data: { reason: frame.reason } };
    case 'resume':
      return { position: null, data: { reason: frame.reason, spread: frame.spread } };
  }
}

/** The bytes of a frame, one event of the stream. */
export function encodeFrame(frame: Frame): Uint8Array {
  const { position, data } = partsOf(frame);
  const id = position && formatPosition(position);
  return encodeSse({ event: frame.kind, id, data: JSON.stringify(data) });
}

/** What a verifier's stream carries of a change. */
export function encodeChange(epoch: string, change: Change, chain: Uint8Array): Uint8Array {
  return encodeFrame({ kind: 'change', epoch, row: feedRow(change, chain) });
}

/** The bytes that close the row behind `previous`, by what it says: those it carries, if it is whole. */
export function chainOf(previous: Uint8Array, row: FeedRow): Uint8Array {
  if (row.kind !== 'hidden') return chain(previous, row);
  return chainLink(previous, { revision: row.revision, hidden: true, hash: row.hash });
}
