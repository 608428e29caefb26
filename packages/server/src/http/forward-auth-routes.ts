import { HallpassError } from '@hallpass/core/errors';
import type { FastifyInstance } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { ProblemDocument } from './schemas.ts';

const response = {
  200: { type: 'null', description: 'It may pass. The body is empty; X-Hallpass-* headers say who it is.' },
  '4xx': ProblemDocument,
  '5xx': ProblemDocument,
};

const params = Type.Object({
  path: Type.String({ description: 'The target of the client; it is not looked at.' }),
});

const ROUTES: readonly (readonly [string, string, { readonly params?: TSchema }?])[] = [
  ['/verify', 'Whether the request a proxy asks about may pass'],
  ['/verify/read', 'Whether it may read'],
  ['/verify/write', 'Whether it may write'],
  ['/ext-authz/:path', 'The same for Envoy: the method is the original one', { params }],
];

/**
 * Puts the forward-auth door into the document. Its paths are answered before a request gets to the router: what gets
 * there is another spelling of them, and no check.
 */
export function forwardAuthRoutes(app: FastifyInstance): void {
  for (const [url, summary, more] of ROUTES) {
    app.get(
      url,
      { schema: { summary, tags: ['checks'], security: [{ token: [] }], ...more, response } },
      async () => {
        throw new HallpassError('path_not_found', 'Send the path of forward auth in its plain spelling.');
      },
    );
  }
}
