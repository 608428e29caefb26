import type { TokenId } from '@hallpass/core/id';
import { DENY_REASONS } from '@hallpass/core/verdict';
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { authorise } from '../control/authorise.ts';
import type { ApiParts } from './api-parts.ts';
import { operation } from './operation.ts';

const exact = { additionalProperties: false } as const;
const MOST_USES = 500;
const MOST_COUNTED = 1_000_000_000_000;

const Id = Type.String({ pattern: '^[0-9A-Za-z_-]{1,64}$' });
const Count = Type.Integer({ minimum: 0, maximum: MOST_COUNTED });
const Use = Type.Object(
  {
    id: Type.String({ pattern: '^tok_[0-7][0-9A-HJKMNP-TV-Z]{25}$' }),
    value: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 })),
    count: Count,
    last_used_at: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  },
  exact,
);
const Report = Type.Object(
  {
    replica: Id,
    batch: Id,
    uses: Type.Array(Use, { maxItems: MOST_USES }),
    refusals: Type.Object(
      Object.fromEntries(DENY_REASONS.map((reason) => [reason, Type.Optional(Count)])),
      exact,
    ),
  },
  exact,
);
const Accepted = Type.Object({ accepted: Type.Integer() });

/** What replicas have decided since they last said so. */
export function usageRoutes(app: FastifyInstance, { control, reports, ...parts }: ApiParts): void {
  app.post<{ Body: Static<typeof Report> }>(
    '/usage',
    operation(
      { control, reports, ...parts },
      'replicas',
      'Report what a replica has decided',
      200,
      Accepted,
      {
        body: Report,
      },
    ),
    async (request) => {
      await authorise(control, request.caller, 'usage.report', null);
      const { replica, batch, uses, refusals } = request.body;
      reports.take(`${request.caller.operator.id} ${replica} ${batch}`, {
        uses: uses.map(({ id, value, count, last_used_at }) => ({
          id: id as TokenId,
          spread: value === undefined ? undefined : value | 0,
          count,
          lastUsedAt: last_used_at,
        })),
        refusals,
      });
      return { data: [{ accepted: uses.length }] };
    },
  );
}
