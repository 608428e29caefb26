import type { TokenRecord } from '@hallpass/core/record';
import { type Warning, wireToken } from '@hallpass/core/wire';
import type { FastifyReply } from 'fastify';
import { entityTag } from './if-match.ts';

/** What belongs to one answer alone. */
export interface Beside {
  /** In the record. */
  readonly more?: object | undefined;
  readonly warnings?: readonly Warning[] | undefined;
  /** In the envelope: see `confirmation`. */
  readonly confirmed?: object | undefined;
}

/** Answers with one token. */
export function sendToken(
  reply: FastifyReply,
  record: TokenRecord,
  now: number,
  beside: Beside,
): FastifyReply {
  const { more = {}, warnings = [], confirmed = {} } = beside;
  return reply.header('ETag', entityTag(record.revision)).send({
    data: [Object.assign(wireToken(record, now), more)],
    ...(warnings.length > 0 ? { warnings } : {}),
    ...confirmed,
  });
}
