import type { FastifyInstance } from 'fastify';
import { authorise } from '../control/authorise.ts';
import type { ApiParts } from './api-parts.ts';
import { callerOf } from './operation.ts';
import { bodyOf, ProblemDocument } from './schemas.ts';

export function metricsRoutes(app: FastifyInstance, parts: ApiParts): void {
  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Metrics for Prometheus',
        tags: ['operations'],
        ...(parts.metricsPublic ? {} : { security: [{ operatorKey: [] }] }),
        response: {
          200: bodyOf('text/plain', 'Metrics in the text form of Prometheus.'),
          ...(parts.metricsPublic ? {} : { '4xx': ProblemDocument }),
          '5xx': ProblemDocument,
        },
      },
    },
    async (request, reply) => {
      if (!parts.metricsPublic) {
        await authorise(parts.control, callerOf(parts, request), 'metrics.read', null);
      }
      return reply.type(parts.metrics.registry.contentType).send(await parts.metrics.registry.metrics());
    },
  );
}
