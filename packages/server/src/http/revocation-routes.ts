import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { revokeByValue } from '../control/revoke-by-value.ts';
import type { ApiParts } from './api-parts.ts';
import { FORM } from './form.ts';
import { refuseUntilReady } from './operation.ts';
import { OAuthError, ProblemDocument, TokenForm } from './schemas.ts';
import { Confirmed, confirmation, WaitQuery } from './waiting.ts';

/** Ends a token for whoever holds its value. The answer is the same when there was none (RFC 7009 §2.2). */
export function revocationRoutes(app: FastifyInstance, parts: ApiParts): void {
  const schema = {
    summary: 'Make a token inactive by its value (RFC 7009)',
    consumes: [FORM],
    body: TokenForm,
    querystring: WaitQuery,
    response: {
      200: { ...Type.Object(Confirmed), description: 'The token is not active, whatever it was before.' },
      400: OAuthError,
      '4xx': ProblemDocument,
      '5xx': ProblemDocument,
    },
  };
  app.post<{ Body: Static<typeof TokenForm>; Querystring: Static<typeof WaitQuery> }>(
    '/revoke',
    { schema },
    async (request, reply) => {
      refuseUntilReady(parts);
      const address = parts.addressOf(request.raw);
      const from = { address, requestId: request.id };
      const revoked = await revokeByValue(parts.control, parts.live.tokens, request.body.token, from);
      if (!revoked) parts.failures.count(address);
      // Only who held a value learns of the replicas.
      if (!revoked || request.query.wait === undefined) return reply.send();
      return reply.send(await confirmation(parts, request.query));
    },
  );
}
