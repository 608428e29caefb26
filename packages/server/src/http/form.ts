import { HallpassError } from '@hallpass/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuseEncoding } from './content-encoding.ts';

export const FORM = 'application/x-www-form-urlencoded';

/** Reads a form. A name that stands twice is refused (RFC 6749 §3.2): two readers could each believe another. */
function parseForm(body: Buffer): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body.toString())) {
    if (fields.has(name)) throw new HallpassError('invalid_request', 'Send each parameter once.');
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}

/** From here on the routes of `app` read forms and nothing else. */
export function readForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(FORM, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    refuseEncoding(request);
    return parseForm(body);
  });
}
