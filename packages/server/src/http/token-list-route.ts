import { Readable } from 'node:stream';
import { HallpassError } from '@hallpass/core/errors';
import type { Status } from '@hallpass/core/record';
import { wireToken } from '@hallpass/core/wire';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allTokens, pageOfTokens } from '../control/list-tokens.ts';
import type { TokenFilter } from '../store/store.ts';
import type { ApiParts } from './api-parts.ts';
import type { Cursors } from './cursor.ts';
import { callerOf, operation } from './operation.ts';
import * as schemas from './schemas.ts';

const PATH = '/token';
const PAGE = 100;

function filterFrom(query: schemas.TokenQuery): Omit<TokenFilter, 'now'> {
  return {
    ...(query.status === undefined ? {} : { status: query.status as Status }),
    ...(query.write === undefined ? {} : { write: query.write === 'true' }),
    ...(query.search === undefined ? {} : { search: query.search }),
    ...(query.expires_before === undefined ? {} : { expiresBefore: Number(query.expires_before) }),
    ...(query.unused_since === undefined ? {} : { unusedSince: Number(query.unused_since) }),
    ...(query.created_by === undefined ? {} : { createdBy: query.created_by }),
  };
}
export function tokenListRoute(app: FastifyInstance, parts: ApiParts, cursors: Cursors): void {
  app.get<{ Querystring: schemas.TokenQuery }>(
    PATH,
    operation(parts, 'tokens', 'List tokens', 200, schemas.Token, { querystring: schemas.TokenQuery }),
    async (request, reply) => {
      const { limit, cursor, ...filters } = request.query;
      return limit === undefined && cursor === undefined
        ? streamTokens(parts, request, reply, filterFrom(filters))
        : sendPage(parts, cursors, request, reply, filters);
    },
  );
}

async function sendPage(
  parts: ApiParts,
  cursors: Cursors,
  request: FastifyRequest<{ Querystring: schemas.TokenQuery }>,
  reply: FastifyReply,
  filters: schemas.TokenQuery,
): Promise<FastifyReply> {
  const limit = Number(request.query.limit ?? PAGE);
  const after = request.query.cursor === undefined ? 0 : cursors.read(request.query.cursor, filters);
  // One more than asked for tells whether there is a next page.
  const found = await pageOfTokens(parts.control, request.caller, filterFrom(filters), after, limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const next = found.length > limit && last ? cursors.write(last.position, filters) : null;
  if (next !== null) {
    const query = new URLSearchParams({ ...filters, limit: String(limit), cursor: next });
    reply.header('Link', `<${parts.prefix}${PATH}?${query}>; rel="next"`);
  }
  const now = parts.control.clock();
  return reply.send({ data: page.map((record) => wireToken(record, now)), next_cursor: next });
}

async function streamTokens(
  parts: ApiParts,
  request: FastifyRequest,
  reply: FastifyReply,
  filter: Omit<TokenFilter, 'now'>,
): Promise<FastifyReply> {
  const pages = allTokens(parts.control, () => callerOf(parts, request), filter);
  // The first page is read before the answer begins, so that what fails there still gets its status.
  const first = await pages.next();
  async function* text(): AsyncGenerator<string> {
    let before = '{"data":[';
    for (let page = first; !page.done; page = await pages.next()) {
      const now = parts.control.clock();
      const records = page.value.map((record) => JSON.stringify(wireToken(record, now)));
      yield before + records.join(',');
      before = ',';
    }
    yield ']}';
  }
  if (first.done) throw new HallpassError('internal', 'The list ended before it began.');
  return reply.type('application/json; charset=utf-8').send(Readable.from(text()));
}
