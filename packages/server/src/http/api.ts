import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { HallpassError } from '@hallpass/core/errors';
import { MALFORMED_CHALLENGE, problem } from '@hallpass/core/problem';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from '../log.ts';
import { StoreError } from '../store/store.ts';
import type { ApiParts } from './api-parts.ts';
import { auditRoutes } from './audit-routes.ts';
import { refuseEncoding } from './content-encoding.ts';
import { Cursors } from './cursor.ts';
import { docsRoutes, keepDocument } from './docs-routes.ts';
import { RateLimited } from './failure-limit.ts';
import { feedRoutes } from './feed-routes.ts';
import { forwardAuthRoutes } from './forward-auth-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { fieldErrors, type SchemaError } from './input-errors.ts';
import { metadataRoutes } from './metadata-routes.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { operatorRoutes } from './operator-routes.ts';
import { replicaRoutes } from './replica-routes.ts';
import { parseStrictJson } from './strict-json.ts';
import { tokenListRoute } from './token-list-route.ts';
import { tokenRotateRoute } from './token-rotate-route.ts';
import { tokenRoutes } from './token-routes.ts';
import { usageRoutes } from './usage-routes.ts';

const BODY_LIMIT = 64 * 1024;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Errors of Fastify itself, by the code it gives them. */
const FRAMEWORK: Readonly<Record<string, () => HallpassError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new HallpassError('body_too_large', 'Send at most 64 KiB.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new HallpassError('unsupported_media_type', 'Send a form: application/x-www-form-urlencoded.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new HallpassError('invalid_input', 'Send as many bytes as Content-Length says.'),
};

function asHallpassError(error: unknown): HallpassError {
  if (error instanceof HallpassError) return error;
  if (error instanceof StoreError) {
    return new HallpassError(
      'storage_unavailable',
      'The database cannot do this now; checks go on. Try again shortly; the log of the server says why.',
      { cause: error },
    );
  }
  const { code, validation, validationContext } = error as {
    code?: string;
    validation?: readonly SchemaError[];
    validationContext?: string;
  };
  if (validation) {
    return new HallpassError(
      'invalid_input',
      'Correct the fields named in `errors` and send the request again.',
      {
        errors: fieldErrors(validation, validationContext === 'querystring' ? 'query' : 'body'),
      },
    );
  }
  const known = code === undefined ? undefined : FRAMEWORK[code];
  return (
    known?.() ??
    new HallpassError(
      'internal',
      'This is a fault of the server; its log has the rest under this request id.',
      {
        cause: error,
      },
    )
  );
}

/** The API below its prefix, as a listener for requests that are known to belong to it. */
export async function buildApi(parts: ApiParts): Promise<RequestListener> {
  let listener: RequestListener = () => undefined;
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    genReqId: (request) => parts.requestIdOf(request as IncomingMessage),
    logger: false,
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 200 },
    ajv: {
      customOptions: {
        allErrors: true,
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allowUnionTypes: true,
      },
    },
    // The front owns the sockets; Fastify gets a server that never listens.
    serverFactory: (handler) => {
      listener = handler as RequestListener;
      return createServer();
    },
  });
  readEveryBodyAsJson(app);
  answerErrors(app, parts);
  app.decorateRequest('caller');
  app.decorateRequest('awaitsContinue', false);
  await keepDocument(app);
  const cursors = new Cursors(parts.cursorKey);
  const routes = async (below: FastifyInstance): Promise<void> => {
    tokenRoutes(below, parts);
    tokenRotateRoute(below, parts);
    tokenListRoute(below, parts, cursors);
    operatorRoutes(below, parts);
    auditRoutes(below, parts, cursors);
    feedRoutes(below, parts);
    replicaRoutes(below, parts);
    usageRoutes(below, parts);
    metricsRoutes(below, parts);
    healthRoutes(below, parts);
    forwardAuthRoutes(below);
    await oauthRoutes(below, parts);
    docsRoutes(below);
  };
  await app.register(routes, { prefix: parts.prefix });
  metadataRoutes(app, parts);
  await app.ready();
  return listener;
}

function readEveryBodyAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  // For what has not the form of a type Fastify asks no parser: it counts as none.
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.mediaType === undefined) delete request.raw.headers['content-type'];
    done();
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    refuseEncoding(request);
    return body.length === 0 ? null : parseStrictJson(body);
  });
}

function answerErrors(app: FastifyInstance, parts: ApiParts): void {
  app.addHook('onRequest', (request, reply, done) => {
    request.awaitsContinue = request.headers.expect !== undefined;
    reply.headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    done();
  });
  // Behind the hooks that ask who it is.
  app.addHook('preParsing', (request, reply, _payload, done) => {
    const { expect, 'content-length': length = '0' } = request.headers;
    request.awaitsContinue = expect !== undefined && Number(length) > BODY_LIMIT;
    if (expect !== undefined && !request.awaitsContinue) reply.raw.writeContinue();
    done();
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('X-Request-Id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    parts.metrics.apiRequests.inc({ method: request.method, route, status: String(reply.statusCode) });
    const { method, id } = request;
    const duration = Math.round(reply.elapsedTime);
    parts.log.info(
      { request_id: id, method, path: route, status: reply.statusCode, duration_ms: duration },
      'api',
    );
    done();
  });
  app.setErrorHandler((error, request, reply) => sendError(parts.log, error, request, reply));
  const refuse = (request: FastifyRequest, reply: FastifyReply): never => {
    const url = request.url.split('?')[0] as string;
    const allowed = METHODS.filter((method) => app.findRoute({ method, url }) !== null);
    if (allowed.length === 0) {
      throw new HallpassError('path_not_found', `Check the path; ${parts.prefix}/docs lists what there is.`);
    }
    reply.header('Allow', allowed.join(', '));
    throw new HallpassError('method_not_allowed', `Use one of ${allowed.join(', ')} here.`);
  };
  // Fastify would look at the rest of the request first, and has rules of its own for methods beyond these.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404 || !METHODS.some((method) => method === request.method)) refuse(request, reply);
    done();
  });
  app.setNotFoundHandler(refuse);
}

function sendError(log: Logger, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = asHallpassError(error);
  // Who is gone in the middle of its own request has done no more than that.
  const gone = request.raw.destroyed && !request.raw.complete;
  if (known.status >= 500 && !gone) {
    log.error({ request_id: request.id, code: known.code, err: known.cause }, 'api request failed');
  }
  const challenge = known.code === 'invalid_request' ? MALFORMED_CHALLENGE : undefined;
  const { status, headers, body } = problem(known.code, known.message, request.id, {
    errors: known.errors,
    challenge,
  });
  // A body that was not asked for may come or not: nothing after it on the connection can be told from it.
  if (request.awaitsContinue) reply.header('Connection', 'close');
  for (let i = 0; i < headers.length; i += 2) reply.header(headers[i] as string, headers[i + 1]);
  if (known instanceof RateLimited) reply.headers(known.headers);
  return reply.code(status).serializer(String).send(body);
}
