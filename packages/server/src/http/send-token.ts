import type { TokenRecord } from '@hallpass/core/record';
import { type Warning, wireToken } from '@hallpass/core/wire';
import type { FastifyReply } from 'fastify';
import { entityTag } from './if-match.ts';

/** Answers with one token, and with what belongs to this answer alone. */
export function sendToken(
  reply: FastifyReply,
  record: TokenRecord,
  now: number,
  more: object = {},
  warnings: readonly Warning[] = [],
): FastifyReply {
  return reply.header('ETag', entityTag(record.revision)).send({
    data: [{ ...wireToken(record, now), ...more }],
    ...(warnings.length > 0 ? { warnings } : {}),
  });
}
