import { wireAuditEntry } from '@hallpass/core/wire';
import type { FastifyInstance } from 'fastify';
import { readAudit } from '../control/read-audit.ts';
import type { ApiParts } from './api-parts.ts';
import type { Cursors } from './cursor.ts';
import { operation } from './operation.ts';
import * as schemas from './schemas.ts';

const PATH = '/audit';
const PAGE = 100;
const FILTERS = 'audit';

export function auditRoutes(app: FastifyInstance, parts: ApiParts, cursors: Cursors): void {
  app.get<{ Querystring: { limit?: string; cursor?: string } }>(
    PATH,
    operation(parts, 'audit', 'Read the audit trail, newest first', 200, schemas.AuditEntry, {
      querystring: schemas.AuditQuery,
    }),
    async (request, reply) => {
      const limit = Number(request.query.limit ?? PAGE);
      const before = request.query.cursor === undefined ? null : cursors.read(request.query.cursor, FILTERS);
      const found = await readAudit(parts.control, request.caller, before, limit + 1);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const next = found.length > limit && last ? cursors.write(last.sequence, FILTERS) : null;
      if (next !== null)
        reply.header('Link', `<${parts.prefix}${PATH}?limit=${limit}&cursor=${next}>; rel="next"`);
      return { data: page.map(wireAuditEntry), next_cursor: next };
    },
  );
}
