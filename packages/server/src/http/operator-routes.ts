import type { OperatorRecord, Role } from '@hallpass/core/record';
import { wireOperator } from '@hallpass/core/wire';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { changeOperator } from '../control/change-operator.ts';
import { createOperator } from '../control/create-operator.ts';
import { deleteOperator } from '../control/delete-operator.ts';
import { listOperators } from '../control/list-operators.ts';
import { existingOperator } from '../control/operators.ts';
import type { ApiParts } from './api-parts.ts';
import { refuseIdempotencyKey } from './idempotency-key.ts';
import { entityTag, IfMatchHeader, readIfMatch } from './if-match.ts';
import { nameToDelete } from './name-to-delete.ts';
import { operation } from './operation.ts';
import * as schemas from './schemas.ts';
import { confirmation, WaitQuery } from './waiting.ts';

const PATH = '/operator';

export function operatorRoutes(app: FastifyInstance, parts: ApiParts): void {
  const { control } = parts;
  const one = (
    reply: FastifyReply,
    record: OperatorRecord,
    more: object = {},
    warnings: readonly unknown[] = [],
    confirmed: object = {},
  ) =>
    reply.header('ETag', entityTag(record.revision)).send({
      data: [{ ...wireOperator(record, control.clock()), ...more }],
      ...(warnings.length > 0 ? { warnings } : {}),
      ...confirmed,
    });

  app.post<{ Body: Static<typeof schemas.CreateOperator> }>(
    PATH,
    operation(parts, 'operators', 'Create an operator', 201, schemas.CreatedOperator, {
      body: schemas.CreateOperator,
    }),
    async (request, reply) => {
      refuseIdempotencyKey(request);
      const { name, role, expiration_date = null, active = true, description = '' } = request.body;
      const input = { name, role: role as Role, expiresAt: expiration_date, active, description };
      const made = await createOperator(control, request.caller, input);
      return one(reply.code(201), made.record, { key: made.key.reveal() }, made.warnings);
    },
  );

  app.get(PATH, operation(parts, 'operators', 'List operators', 200, schemas.Operator), async (request) => {
    const now = control.clock();
    const operators = await listOperators(control, request.caller);
    return { data: operators.map((record) => wireOperator(record, now)) };
  });

  app.get(
    `${PATH}/self`,
    operation(parts, 'operators', 'Show whose key this is', 200, schemas.Operator),
    async (request, reply) => one(reply, await existingOperator(control.store, request.caller.operator.name)),
  );

  app.patch<{ Body: Static<typeof schemas.ChangeOperator>; Querystring: Static<typeof WaitQuery> }>(
    PATH,
    operation(parts, 'operators', 'Change an operator', 200, schemas.Operator, {
      body: schemas.ChangeOperator,
      querystring: WaitQuery,
      headers: Type.Object(IfMatchHeader),
    }),
    async (request, reply) => {
      const { name, new_name: newName, expiration_date: expiresAt, role, ...rest } = request.body;
      const changes = {
        ...rest,
        ...(role === undefined ? {} : { role: role as Role }),
        ...(newName === undefined ? {} : { newName }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      };
      const ifMatch = readIfMatch(request.headers['if-match']);
      const done = await changeOperator(control, request.caller, name, changes, ifMatch);
      return one(reply, done.record, {}, done.warnings, await confirmation(parts, request.query));
    },
  );

  app.delete<{ Body: { name?: string } | null; Querystring: Static<typeof schemas.NameInQuery> }>(
    PATH,
    operation(parts, 'operators', 'Delete an operator', 200, schemas.Operator, {
      body: schemas.NameInBody,
      querystring: schemas.NameInQuery,
      headers: Type.Object(IfMatchHeader),
    }),
    async (request, reply) => {
      const name = nameToDelete(request.body?.name, request.query.name);
      const ifMatch = readIfMatch(request.headers['if-match']);
      const record = await deleteOperator(control, request.caller, name, ifMatch);
      return one(reply, record, {}, [], await confirmation(parts, request.query));
    },
  );
}
