import { Readable } from 'node:stream';
import type { Head } from '@hallpass/core/change';
import { HallpassError } from '@hallpass/core/errors';
import { parsePosition } from '@hallpass/core/replica-position';
import { FEED_VERSION } from '@hallpass/core/wire-feed';
import type { FastifyInstance, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { type Static, Type } from 'typebox';
import { authorise } from '../control/authorise.ts';
import { invalidInput } from '../control/fields.ts';
import type { ApiParts } from './api-parts.ts';
import { mayFollow } from './feed/follower.ts';
import { Snapshots } from './feed/snapshots.ts';
import { callerOf, operation } from './operation.ts';
import { PATIENCE } from './query-forms.ts';
import { bodyOf, ProblemDocument } from './schemas.ts';

const PATH = '/feed';
const SNAPSHOT = 'application/vnd.hallpass.snapshot';
const NAME = /^[0-9A-Za-z_-]{1,48}$/;
/** A snapshot is cut when nothing of it is read for so long, and when it takes longer than anybody should. */
const SILENCE_MS = 30_000;
const LONGEST_MS = 600_000;

const PollQuery = Type.Object(
  {
    poll: Type.Optional(
      Type.String({
        pattern: PATIENCE.pattern,
        description: 'Milliseconds after which the answer ends, 1 to 30000.',
      }),
    ),
  },
  { additionalProperties: false },
);
const Applied = Type.Object(
  {
    replica: Type.String({ pattern: '^[0-9A-Za-z_-]{1,64}$', description: 'The name in the hello.' }),
    position: Type.String({ maxLength: 120, description: 'The place of the confirm.' }),
  },
  { additionalProperties: false },
);
const Noted = Type.Object({ noted: Type.Boolean() });

function requireVersion(request: FastifyRequest): void {
  if (request.headers['hallpass-feed'] === String(FEED_VERSION)) return;
  throw new HallpassError(
    'feed_version',
    `Send Hallpass-Feed: ${FEED_VERSION}; this server speaks no other.`,
  );
}

function placeIn(request: FastifyRequest): Head {
  const id = request.headers['last-event-id'];
  const place = typeof id === 'string' ? parsePosition(id) : undefined;
  if (place) return place;
  throw invalidInput([{ field: 'Last-Event-ID', message: 'must be the place in a snapshot or of a row' }]);
}

function nameIn(request: FastifyRequest): string {
  const name = request.headers['hallpass-replica'];
  if (name === undefined) return `replica-${request.id.replace(/[^0-9A-Za-z_-]/g, '-').slice(0, 32)}`;
  if (typeof name === 'string' && NAME.test(name)) return name;
  throw invalidInput([{ field: 'Hallpass-Replica', message: 'must be 1 to 48 letters, digits, _ or -' }]);
}

/** How replicas follow: docs/replica.md. */
export function feedRoutes(app: FastifyInstance, parts: ApiParts): void {
  const { control, live, feed } = parts;
  const snapshots = new Snapshots(control.store, control.clock);
  const streaming = (summary: string, type: string, description: string): RouteShorthandOptions => ({
    exposeHeadRoute: false,
    onRequest: async (request) => {
      request.caller = callerOf(parts, request);
      await authorise(control, request.caller, 'feed.follow', null);
      requireVersion(request);
    },
    schema: {
      summary,
      description,
      tags: ['replicas'],
      security: [{ operatorKey: [] }],
      response: { 200: bodyOf(type, description), '4xx': ProblemDocument, '5xx': ProblemDocument },
    },
  });

  app.get(
    `${PATH}/snapshot`,
    streaming('All tokens, to begin a replica with', SNAPSHOT, 'Binary, as docs/replica.md says.'),
    async (request, reply) => {
      const { operator } = request.caller;
      const allowed = () => mayFollow(operator, live.operators, control.clock());
      const { pieces, end } = await snapshots.open(allowed);
      if (reply.raw.destroyed) {
        // Whoever asked has left while others had their turn.
        await end();
        return reply.hijack();
      }
      const stream = Readable.from(pieces, { highWaterMark: 1 });
      const longest = setTimeout(() => stream.destroy(), LONGEST_MS);
      stream.once('close', () => {
        clearTimeout(longest);
        end().catch((err) => parts.log.warn({ err, request_id: request.id }, 'a snapshot did not end well'));
      });
      reply.raw.setTimeout(SILENCE_MS, () => reply.raw.destroy());
      return reply
        .type(SNAPSHOT)
        .header('Cache-Control', 'no-store, no-transform')
        .header('X-Accel-Buffering', 'no')
        .send(stream);
    },
  );

  app.get<{ Querystring: Static<typeof PollQuery> }>(
    PATH,
    withQuery(
      streaming('Follow the journal', 'text/event-stream', 'Server-sent events, as docs/replica.md says.'),
      PollQuery,
    ),
    async (request, reply) => {
      const { poll } = request.query;
      const follower = {
        operator: request.caller.operator,
        name: nameIn(request),
        from: placeIn(request),
        // Whatever it says beside nothing is a doubt.
        kept: request.headers['hallpass-kept'] === undefined,
        poll: poll === undefined ? null : Number(poll),
        requestId: request.id,
      };
      await feed.follow(follower, () => {
        reply.hijack();
        return reply.raw;
      });
      return reply;
    },
  );

  app.post<{ Body: Static<typeof Applied> }>(
    `${PATH}/applied`,
    operation(parts, 'replicas', 'Confirm that a place was applied', 200, Noted, { body: Applied }),
    async (request) => {
      await authorise(control, request.caller, 'feed.follow', null);
      const { replica, position } = request.body;
      const noted = feed.replicas.confirm(replica, request.caller.operator, position, control.clock());
      return { data: [{ noted }] };
    },
  );
}

function withQuery(options: RouteShorthandOptions, querystring: typeof PollQuery): RouteShorthandOptions {
  return { ...options, schema: { ...options.schema, querystring } };
}
