import type { FastifyRequest } from 'fastify';
import { invalidInput } from '../control/fields.ts';

const FORM = /^[\x21-\x7e]{1,255}$/;

/** The `Idempotency-Key` of a request, if it has one. Throws `invalid_input`. */
export function idempotencyKey(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  if (typeof header === 'string' && FORM.test(header)) return header;
  throw invalidInput([
    { field: 'Idempotency-Key', message: 'must be one header of 1 to 255 visible characters' },
  ]);
}
