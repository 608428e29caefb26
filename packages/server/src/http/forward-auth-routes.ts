import { HallpassError } from '@hallpass/core/errors';
import type { FastifyInstance } from 'fastify';
import { ProblemDocument } from './schemas.ts';

const response = {
  200: { type: 'null', description: 'It may pass. The body is empty; X-Hallpass-* headers say who it is.' },
  '4xx': ProblemDocument,
  '5xx': ProblemDocument,
};

const ROUTES: readonly (readonly [string, string])[] = [
  ['/_/verify', 'Whether the request a proxy asks about may pass'],
  ['/_/verify/read', 'Whether it may read'],
  ['/_/verify/write', 'Whether it may write'],
  ['/_/ext-authz/*', 'The same for Envoy: the method is the original one'],
];

/** Puts the forward-auth door into the document. Its paths are answered before a request gets to the router. */
export function forwardAuthRoutes(app: FastifyInstance): void {
  for (const [url, summary] of ROUTES) {
    app.get(url, { schema: { summary, tags: ['checks'], security: [{ token: [] }], response } }, async () => {
      throw new HallpassError('internal', 'This path is answered elsewhere.');
    });
  }
}
