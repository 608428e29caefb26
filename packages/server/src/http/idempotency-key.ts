import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { invalidInput } from '../control/fields.ts';

/** How the API's document names it; what it may say is for `idempotencyKey`. */
export const IdempotencyKeyHeader = {
  'Idempotency-Key': Type.Optional(
    Type.String({ description: 'The same request gives the same token again for 24 hours.' }),
  ),
};

const FORM = /^[\x21-\x7e]{1,255}$/;

/** The one answer that shows an operator's key cannot be given again: no copy of it is kept. Throws `invalid_input`. */
export function refuseIdempotencyKey(request: FastifyRequest): void {
  if (request.headers['idempotency-key'] === undefined) return;
  throw invalidInput([
    {
      field: 'Idempotency-Key',
      message: 'is for tokens: the key of an operator is shown once, and making it again answers 409',
    },
  ]);
}

/** The `Idempotency-Key` of a request, if it has one. Throws `invalid_input`. */
export function idempotencyKey(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  if (typeof header === 'string' && FORM.test(header)) return header;
  throw invalidInput([
    { field: 'Idempotency-Key', message: 'must be one header of 1 to 255 visible characters' },
  ]);
}
