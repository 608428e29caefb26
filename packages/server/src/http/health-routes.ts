import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { ApiParts } from './api-parts.ts';

const State = Type.Object({ status: Type.String() });

/** Open to all: they say whether the process works, and nothing about what is in it. */
export function healthRoutes(app: FastifyInstance, parts: ApiParts): void {
  app.get(
    '/health/live',
    { schema: { summary: 'Whether the process answers', tags: ['operations'], response: { 200: State } } },
    async () => ({ status: 'live' }),
  );
  app.get(
    '/health/ready',
    {
      schema: {
        summary: 'Whether to send requests here',
        tags: ['operations'],
        response: { 200: State, 503: State },
      },
    },
    async (_request, reply) => {
      const status = parts.readiness();
      return reply.code(status === 'ready' ? 200 : 503).send({ status });
    },
  );
}
