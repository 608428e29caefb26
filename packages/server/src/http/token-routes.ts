import type { TokenRecord } from '@hallpass/core/record';
import type { Warning } from '@hallpass/core/wire';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { changeToken } from '../control/change-token.ts';
import { createToken } from '../control/create-token.ts';
import { deleteToken } from '../control/delete-token.ts';
import { revealToken } from '../control/reveal-token.ts';
import type { ApiParts } from './api-parts.ts';
import { IdempotencyKeyHeader, idempotencyKey } from './idempotency-key.ts';
import { IfMatchHeader, readIfMatch } from './if-match.ts';
import { nameToDelete } from './name-to-delete.ts';
import { operation } from './operation.ts';
import * as schemas from './schemas.ts';
import { sendToken } from './send-token.ts';
import { confirmation, WaitQuery } from './waiting.ts';

const PATH = '/token';

export function tokenRoutes(app: FastifyInstance, parts: ApiParts): void {
  const { control } = parts;
  const one = (
    reply: FastifyReply,
    record: TokenRecord,
    more?: object,
    warnings?: readonly Warning[],
    confirmed?: object,
  ) => sendToken(reply, record, control.clock(), { more, warnings, confirmed });

  app.post<{ Body: Static<typeof schemas.CreateToken> }>(
    PATH,
    operation(parts, 'tokens', 'Create a token', 201, schemas.CreatedToken, {
      body: schemas.CreateToken,
      headers: Type.Object(IdempotencyKeyHeader),
    }),
    async (request, reply) => {
      const { name, expiration_date = null, active = true, write = true, description = '' } = request.body;
      const input = { name, expiresAt: expiration_date, active, write, description };
      const made = await createToken(control, request.caller, input, idempotencyKey(request));
      return one(reply.code(201), made.record, { token: made.value?.reveal() ?? null }, made.warnings);
    },
  );

  app.put<{ Body: Static<typeof schemas.ReplaceToken>; Querystring: Static<typeof WaitQuery> }>(
    PATH,
    operation(parts, 'tokens', 'Replace what is known of a token', 200, schemas.Token, {
      body: schemas.ReplaceToken,
      querystring: WaitQuery,
      headers: Type.Object(IfMatchHeader),
    }),
    async (request, reply) => {
      const { name, expiration_date = null, active = true, write = true } = request.body;
      const ifMatch = readIfMatch(request.headers['if-match']);
      const changes = { expiresAt: expiration_date, active, write };
      const done = await changeToken(control, request.caller, 'token.replace', name, changes, ifMatch);
      return one(reply, done.record, {}, done.warnings, await confirmation(parts, request.query));
    },
  );

  app.patch<{ Body: Static<typeof schemas.ChangeToken>; Querystring: Static<typeof WaitQuery> }>(
    PATH,
    operation(parts, 'tokens', 'Change a token', 200, schemas.Token, {
      body: schemas.ChangeToken,
      querystring: WaitQuery,
      headers: Type.Object(IfMatchHeader),
    }),
    async (request, reply) => {
      const { name, new_name: newName, expiration_date: expiresAt, ...rest } = request.body;
      const changes = {
        ...rest,
        ...(newName === undefined ? {} : { newName }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      };
      const ifMatch = readIfMatch(request.headers['if-match']);
      const done = await changeToken(control, request.caller, 'token.change', name, changes, ifMatch);
      return one(reply, done.record, {}, done.warnings, await confirmation(parts, request.query));
    },
  );

  app.delete<{ Body: { name?: string } | null; Querystring: Static<typeof schemas.NameInQuery> }>(
    PATH,
    operation(parts, 'tokens', 'Delete a token', 200, schemas.Token, {
      body: schemas.NameInBody,
      querystring: schemas.NameInQuery,
      headers: Type.Object(IfMatchHeader),
    }),
    async (request, reply) => {
      const name = nameToDelete(request.body?.name, request.query.name);
      const ifMatch = readIfMatch(request.headers['if-match']);
      const record = await deleteToken(control, request.caller, name, ifMatch);
      return one(reply, record, {}, [], await confirmation(parts, request.query));
    },
  );

  app.get<{ Querystring: { name: string } }>(
    `${PATH}/value`,
    operation(parts, 'tokens', 'Show the value of a token', 200, schemas.TokenValue, {
      querystring: schemas.ValueQuery,
    }),
    async (request) => {
      const value = await revealToken(control, request.caller, request.query.name);
      return { data: [{ token: value.reveal() }] };
    },
  );
}
