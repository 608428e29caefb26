import type { WireReplica } from '@hallpass/core/wire';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { authorise } from '../control/authorise.ts';
import type { ApiParts } from './api-parts.ts';
import { operation } from './operation.ts';

const Replica = Type.Object({
  name: Type.String(),
  operator: Type.String({ description: 'The name of the operator whose key it uses.' }),
  connected_at: Type.Integer({ description: 'Milliseconds since the epoch.' }),
  poll: Type.Boolean({ description: 'Whether it asks again and again, in place of following.' }),
  revision: Type.Integer({ description: 'The newest change it has confirmed.' }),
  confirmed_at: Type.Integer({ description: 'Milliseconds since the epoch.' }),
  age_ms: Type.Integer({
    description: 'Since when it lacks a change, as far as it has confirmed; 0: it lacks none.',
  }),
});

function connected({ feed, live, control }: Pick<ApiParts, 'feed' | 'live' | 'control'>): WireReplica[] {
  const now = control.clock();
  return feed.replicas.connected(now).map((replica) => ({
    name: replica.name,
    operator: replica.operator.name,
    connected_at: replica.connectedAt,
    poll: replica.poll,
    revision: replica.confirmed,
    confirmed_at: replica.confirmedAt,
    age_ms: feed.ageOf(replica, live.revision, now),
  }));
}

export function replicaRoutes(app: FastifyInstance, parts: ApiParts): void {
  app.get(
    '/replicas',
    operation(parts, 'replicas', 'List the replicas that are connected', 200, Replica),
    async (request) => {
      await authorise(parts.control, request.caller, 'replica.list', null);
      return { data: connected(parts) };
    },
  );
}
