import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { rotateToken } from '../control/rotate-token.ts';
import type { ApiParts } from './api-parts.ts';
import { IdempotencyKeyHeader, idempotencyKey } from './idempotency-key.ts';
import { IfMatchHeader, readIfMatch } from './if-match.ts';
import { operation } from './operation.ts';
import * as schemas from './schemas.ts';
import { sendToken } from './send-token.ts';
import { confirmation, WaitQuery } from './waiting.ts';

export function tokenRotateRoute(app: FastifyInstance, parts: ApiParts): void {
  const { control } = parts;
  app.post<{ Body: Static<typeof schemas.RotateToken>; Querystring: Static<typeof WaitQuery> }>(
    '/token/rotate',
    operation(parts, 'tokens', 'Give a token a new value', 200, schemas.CreatedToken, {
      body: schemas.RotateToken,
      querystring: WaitQuery,
      headers: Type.Object({ ...IfMatchHeader, ...IdempotencyKeyHeader }),
    }),
    async (request, reply) => {
      const {
        name,
        overlap,
        until_first_use: untilFirstUse = false,
        expiration_date: expiresAt,
      } = request.body;
      const rotation = {
        name,
        untilFirstUse,
        ...(overlap === undefined ? {} : { overlap }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      };
      const { record, value, warnings } = await rotateToken(control, request.caller, rotation, {
        ifMatch: readIfMatch(request.headers['if-match']),
        idempotencyKey: idempotencyKey(request),
      });
      const token = value?.reveal() ?? null;
      const confirmed = await confirmation(parts, request.query);
      return sendToken(reply, record, control.clock(), { more: { token }, warnings, confirmed });
    },
  );
}
