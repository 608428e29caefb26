import type { FieldError } from '@hallpass/core/errors';
import type { Problem, WireAuditEntry, WireOperator, WireReplica, WireToken } from '@hallpass/core/wire';

type KindOf<T> = T extends string
  ? 'string'
  : T extends number
    ? 'number'
    : T extends boolean
      ? 'boolean'
      : 'object';

/** What every field of a record is. A newer server may send more of them. */
export type Shape<Item> = {
  readonly [Field in keyof Item]-?: null extends Item[Field]
    ? `${KindOf<NonNullable<Item[Field]>>} or null`
    : KindOf<Item[Field]>;
};

/** Whether an answer is what this version takes it for, and not that of another version or another program. */
export function fits<Item>(shape: Shape<Item>, value: unknown): value is Item {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.entries<string>(shape).every(([name, kind]) => {
    const field = fields[name];
    return field === null ? kind.endsWith(' or null') : kind.split(' ')[0] === typeof field;
  });
}

const RECORD = {
  id: 'string',
  name: 'string',
  expiration_date: 'number',
  expires_at: 'number or null',
  active: 'boolean',
  status: 'string',
  description: 'string',
  created_by: 'string',
  created_at: 'number',
  updated_at: 'number',
  revision: 'number',
  hint: 'string',
} as const;

export const TOKEN: Shape<WireToken> = {
  ...RECORD,
  write: 'boolean',
  last_used_at: 'number or null',
  former_values: 'object',
};
export const NEW_TOKEN: Shape<WireToken & { readonly token: string | null }> = {
  ...TOKEN,
  token: 'string or null',
};
export const VALUE: Shape<{ readonly token: string }> = { token: 'string' };

export const OPERATOR: Shape<WireOperator> = { ...RECORD, role: 'string' };
export const NEW_OPERATOR: Shape<WireOperator & { readonly key: string }> = { ...OPERATOR, key: 'string' };

export const REPLICA: Shape<WireReplica> = {
  name: 'string',
  operator: 'string',
  connected_at: 'number',
  poll: 'boolean',
  revision: 'number',
  confirmed_at: 'number',
  age_ms: 'number',
};

export const AUDIT_ENTRY: Shape<WireAuditEntry> = {
  sequence: 'number',
  at: 'number',
  actor: 'string',
  actor_id: 'string or null',
  action: 'string',
  target_id: 'string or null',
  target_name: 'string or null',
  outcome: 'string',
  address: 'string or null',
  request_id: 'string or null',
  detail: 'object',
  hash: 'string',
};

const PROBLEM: Shape<Omit<Problem, 'type' | 'errors'>> = {
  title: 'string',
  status: 'number',
  detail: 'string',
  code: 'string',
  request_id: 'string',
};

const FIELD_ERROR: Shape<FieldError> = { field: 'string', message: 'string' };

export function isProblem(body: unknown): body is Problem {
  if (!fits(PROBLEM, body)) return false;
  const { errors } = body as Partial<Problem>;
  if (errors === undefined) return true;
  return Array.isArray(errors) && errors.every((one) => fits(FIELD_ERROR, one));
}
