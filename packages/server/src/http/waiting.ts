import type { WireConfirmation } from '@hallpass/core/wire';
import { Type } from 'typebox';
import type { ApiParts } from './api-parts.ts';
import { PATIENCE } from './query-forms.ts';

export const Wait = Type.String({
  pattern: PATIENCE.pattern,
  description: 'Milliseconds to wait for the replicas, 1 to 30000.',
});

/** What every call takes that can take a right away. */
export const WaitQuery = Type.Object({ wait: Type.Optional(Wait) }, { additionalProperties: false });

/** What such a call adds to its envelope when it was asked to wait. */
export const Confirmed = {
  revision: Type.Optional(Type.Integer({ description: 'Up to here replicas were waited for.' })),
  replicas: Type.Optional(
    Type.Object({
      confirmed: Type.Integer({ description: 'How many have applied it.' }),
      pending: Type.Array(Type.String(), { description: 'Names of those that have not said so.' }),
    }),
  ),
};

/**
 * What goes into the envelope of an answer to a change that was made: what the replicas have confirmed, if the
 * request says `?wait=`, once all have or its time is over; else nothing.
 */
export async function confirmation(
  { feed }: Pick<ApiParts, 'feed'>,
  { wait }: { wait?: string },
): Promise<Partial<WireConfirmation>> {
  return wait === undefined ? {} : feed.wait(Number(wait));
}
