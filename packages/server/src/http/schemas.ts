import { ROLES } from '@hallpass/core/record';
import { type Static, type TSchema, Type } from 'typebox';
import { EARLIEST_EXPIRY, LATEST_EXPIRY } from '../control/fields.ts';
import { LIMIT, TIME } from './query-forms.ts';
import { Confirmed, Wait } from './waiting.ts';

const exact = { additionalProperties: false } as const;

const Name = Type.String({ description: 'Unique; 1 to 255 characters after NFC.', examples: ['example'] });
const Expiry = Type.Unsafe<number | null>({
  type: ['integer', 'null'],
  minimum: EARLIEST_EXPIRY,
  maximum: LATEST_EXPIRY,
  description: 'Milliseconds since the epoch; null or absent: never.',
  examples: [1632960000000],
});
const Active = Type.Boolean({ description: 'Whether it is let in at all.', default: true });
const Write = Type.Boolean({ description: 'Whether it may do more than read.', default: true });
const Description = Type.String({
  maxLength: 1000,
  description: 'A note for people, shown to all who read lists.',
});
const NewName = Type.String({ description: 'The name it is to have from now on.' });
const Role = Type.Enum([...ROLES]);
const Time = Type.Integer({ description: 'Milliseconds since the epoch.' });
const MaybeTime = Type.Unsafe<number | null>({ type: ['integer', 'null'] });

export const CreateToken = Type.Object(
  {
    name: Name,
    expiration_date: Type.Optional(Expiry),
    active: Type.Optional(Active),
    write: Type.Optional(Write),
    description: Type.Optional(Description),
  },
  exact,
);
export const ReplaceToken = Type.Object(
  {
    name: Name,
    expiration_date: Type.Optional(Expiry),
    active: Type.Optional(Active),
    write: Type.Optional(Write),
  },
  exact,
);
const stays = <T extends TSchema>(schema: T): T =>
  Type.Unsafe({ ...schema, default: undefined }) as unknown as T;
export const ChangeToken = Type.Object(
  {
    name: Name,
    new_name: Type.Optional(NewName),
    expiration_date: Type.Optional(Expiry),
    active: Type.Optional(stays(Active)),
    write: Type.Optional(stays(Write)),
    description: Type.Optional(Description),
  },
  exact,
);
export const RotateToken = Type.Object(
  {
    name: Name,
    overlap: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: LATEST_EXPIRY,
        description: 'Milliseconds for which the old value goes on beside the new one.',
      }),
    ),
    until_first_use: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'The old value goes on until the new one is first let in; with an overlap, no longer than that.',
      }),
    ),
    expiration_date: Type.Optional(Expiry),
  },
  exact,
);
/** One schema, not a union of two: what is wrong with one of them is said once. */
export const NameInBody = Type.Unsafe<{ name?: string } | null>({
  type: ['object', 'null'],
  properties: { name: Name },
  ...exact,
});
export const NameInQuery = Type.Object({ name: Type.Optional(Name), wait: Type.Optional(Wait) }, exact);
export const ValueQuery = Type.Object({ name: Name }, exact);

const Limit = Type.String({ pattern: LIMIT.pattern, description: '1 to 1000.' });
const Cursor = Type.String({ description: 'The next_cursor of the page before.' });
const TimeInQuery = Type.String({ pattern: TIME.pattern, description: 'Milliseconds since the epoch.' });
export const TokenQuery = Type.Object(
  {
    limit: Type.Optional(Limit),
    cursor: Type.Optional(Cursor),
    status: Type.Optional(Type.Enum(['active', 'inactive', 'expired'])),
    write: Type.Optional(Type.Enum(['true', 'false'])),
    search: Type.Optional(
      Type.String({ maxLength: 255, description: 'Part of the name or the description.' }),
    ),
    expires_before: Type.Optional(TimeInQuery),
    unused_since: Type.Optional(TimeInQuery),
    created_by: Type.Optional(Type.String()),
  },
  exact,
);
export const AuditQuery = Type.Object({ limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }, exact);

export const CreateOperator = Type.Object(
  {
    name: Name,
    role: Role,
    expiration_date: Type.Optional(Expiry),
    active: Type.Optional(Active),
    description: Type.Optional(Description),
  },
  exact,
);
export const ChangeOperator = Type.Object(
  {
    name: Name,
    new_name: Type.Optional(NewName),
    role: Type.Optional(Role),
    expiration_date: Type.Optional(Expiry),
    active: Type.Optional(stays(Active)),
    description: Type.Optional(Description),
  },
  exact,
);

const identity = {
  id: Type.String(),
  name: Type.String(),
  expiration_date: Type.Integer({ description: '`updated_at` of one that never expires.' }),
  expires_at: MaybeTime,
  active: Type.Boolean(),
};
const status = { status: Type.Enum(['active', 'inactive', 'expired']) };
const history = {
  description: Type.String(),
  created_by: Type.String(),
  created_at: Time,
  updated_at: Time,
};
const handle = { revision: Type.Integer(), hint: Type.String() };
export const Token = Type.Object({
  ...identity,
  write: Type.Boolean(),
  ...status,
  ...history,
  last_used_at: MaybeTime,
  ...handle,
  former_values: Type.Array(
    Type.Object({ hint: Type.String(), ends_at: MaybeTime, until_first_use: Type.Boolean() }),
    { description: 'Values that were rotated out and still work, oldest first.' },
  ),
});
export const Operator = Type.Object({ ...identity, role: Role, ...status, ...history, ...handle });
export const CreatedToken = Type.Object({
  ...Token.properties,
  token: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'The value.' }),
});
export const CreatedOperator = Type.Object({
  ...Operator.properties,
  key: Type.String({ description: 'Shown this once.' }),
});
export const TokenValue = Type.Object({ token: Type.String() });
const MaybeText = Type.Unsafe<string | null>({ type: ['string', 'null'] });
export const AuditEntry = Type.Object({
  sequence: Type.Integer(),
  at: Time,
  actor: Type.String(),
  actor_id: MaybeText,
  action: Type.String(),
  target_id: MaybeText,
  target_name: MaybeText,
  outcome: Type.String(),
  address: MaybeText,
  request_id: MaybeText,
  detail: Type.Record(Type.String(), Type.Unknown()),
  hash: Type.String(),
});

const Notes = Type.Array(Type.Object({ field: Type.String(), message: Type.String() }));

/** The envelope of every answer: one record is an array, too. */
export function envelope<T extends TSchema>(item: T): TSchema {
  return Type.Object({
    data: Type.Array(item),
    warnings: Type.Optional(Notes),
    next_cursor: Type.Optional(MaybeText),
    ...Confirmed,
  });
}

/** The answer with a body that is no JSON, for the API's document. */
export function bodyOf(type: string, description: string): { description: string; content: object } {
  return { description, content: { [type]: { schema: Type.String() } } };
}

export const ProblemDocument = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
  request_id: Type.String(),
  errors: Type.Optional(Notes),
});

/** Fields nobody knows are passed over, as RFC 6749 §3.2 says. */
export const TokenForm = Type.Object({
  token: Type.String({ minLength: 1, description: 'The value of a token.' }),
  token_type_hint: Type.Optional(Type.String({ description: 'Changes nothing.' })),
});

/** RFC 6749 §5.2. */
export const OAuthError = Type.Object({ error: Type.String(), error_description: Type.String() });

export type TokenQuery = Static<typeof TokenQuery>;
