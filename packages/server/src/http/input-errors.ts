import type { FieldError } from '@hallpass/core/errors';
import { EARLIEST_EXPIRY, LATEST_EXPIRY } from '../control/fields.ts';
import { LIMIT, PATIENCE, TIME } from './query-forms.ts';

/** What is used of a validation error of Ajv, the validator inside Fastify. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Shorter than any token or key, one of which may have been sent as a name by mistake. */
const LONGEST_FIELD = 32;

/** The part of a request that an input came in. */
export type Part = 'body' | 'query';

function fieldOf(error: SchemaError, part: Part): string {
  const { missingProperty, additionalProperty } = error.params;
  const name = missingProperty ?? additionalProperty ?? error.instancePath.slice(1).replaceAll('/', '.');
  const text = String(name);
  // Whatever was sent as a name comes back only while it still looks like one.
  return /^[\w.-]+$/.test(text) && text.length <= LONGEST_FIELD ? text : part;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'must be a string',
  boolean: 'must be true or false',
  integer: 'must be a whole number',
  'integer,null': 'must be a whole number of milliseconds since the epoch, or null for never',
  object: 'must be a JSON object',
  'object,null': 'must be a JSON object',
};

const MESSAGES: Readonly<Record<string, (error: SchemaError, isNamed: boolean, part: Part) => string>> = {
  additionalProperties: (_error, isNamed) =>
    isNamed ? 'is not a known field' : 'must not have fields that are not known',
  required: () => 'is required',
  type: ({ params }, _isNamed, part) => {
    const type = String(params['type']);
    // In a query everything is text, unless it is there more than once.
    return part === 'query' ? 'must stand once' : (TYPES[type] ?? `must be of type ${type}`);
  },
  minimum: ({ params: { limit } }) =>
    limit === EARLIEST_EXPIRY
      ? `looks like seconds; give milliseconds since the epoch, at least ${limit}`
      : `must be at least ${String(limit)}`,
  maximum: ({ params: { limit } }) =>
    limit === LATEST_EXPIRY ? 'must not be later than the year 9999' : `must be at most ${String(limit)}`,
  maxItems: ({ params }) => `must have at most ${String(params['limit'])} entries`,
  enum: ({ params }) => `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`,
  maxLength: ({ params }) => `must have at most ${String(params['limit'])} characters`,
  minLength: () => 'must not be empty',
  pattern: ({ params }) =>
    [LIMIT, PATIENCE, TIME].find(({ pattern }) => pattern === params['pattern'])?.message ??
    'does not have the right form',
};

/** One entry a field, in words, and never with what was sent; the input as a whole goes by its part. */
export function fieldErrors(errors: readonly SchemaError[], part: Part): FieldError[] {
  const found = new Map<string, FieldError>();
  for (const error of errors) {
    const field = fieldOf(error, part);
    if (!found.has(field)) {
      found.set(field, {
        field,
        message: MESSAGES[error.keyword]?.(error, field !== part, part) ?? 'is not acceptable',
      });
    }
  }
  return [...found.values()];
}
