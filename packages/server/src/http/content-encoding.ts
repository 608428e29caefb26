import { HallpassError } from '@hallpass/core/errors';
import type { FastifyRequest } from 'fastify';

/** Bodies are read as they come: what is small when it is sent stays small. */
export function refuseEncoding(request: FastifyRequest): void {
  if (request.headers['content-encoding'] === undefined) return;
  throw new HallpassError('unsupported_encoding', 'Send the body as it is, without Content-Encoding.');
}
