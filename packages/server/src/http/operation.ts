import { type Presented, readCredential } from '@hallpass/core/credential';
import { HallpassError } from '@hallpass/core/errors';
import type { FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import type { TSchema } from 'typebox';
import { authenticate } from '../control/authenticate.ts';
import type { Caller } from '../control/caller.ts';
import type { ApiParts } from './api-parts.ts';
import { envelope, ProblemDocument } from './schemas.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before a byte of the body is read, on every route that is made with `operation`. */
    caller: Caller;
    /** Whether it waits to be told that its body is wanted. */
    awaitsContinue: boolean;
  }
}

/** Throws 503 while tokens and operators are not loaded. */
export function refuseUntilReady({ live }: ApiParts): void {
  if (!live.ready) throw new HallpassError('not_ready', 'The server is starting. Try again in a moment.');
}

/** The operator behind a request. Throws 400, 401, 429 after too many wrong keys, or 503. */
export function callerOf(parts: ApiParts, request: FastifyRequest): Caller {
  return callerWith(parts, request, readCredential(request.raw.rawHeaders));
}

/** The same for a key that was found in a request, and the name or id it came with. */
export function callerWith(parts: ApiParts, request: FastifyRequest, key: Presented, said?: string): Caller {
  refuseUntilReady(parts);
  const { live, control, failures } = parts;
  const address = parts.addressOf(request.raw);
  const operator = failures.guard(address, () => authenticate(key, live.operators, control.clock(), said));
  return { operator, address, requestId: request.id };
}

/** What the calls of the API have in common: an operator key, an envelope, and problem documents. */
export function operation(
  parts: ApiParts,
  tag: 'tokens' | 'operators' | 'audit' | 'replicas',
  summary: string,
  status: 200 | 201,
  item: TSchema,
  input: { body?: TSchema; querystring?: TSchema; headers?: TSchema } = {},
): RouteShorthandOptions {
  const identify = (request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
    request.caller = callerOf(parts, request);
    done();
  };
  return {
    onRequest: identify,
    // A body can take as long as its sender likes: whoever has lost the key or the role by then acts no more.
    preHandler: identify,
    schema: {
      summary,
      tags: [tag],
      security: [{ operatorKey: [] }],
      ...input,
      response: { [status]: envelope(item), '4xx': ProblemDocument, '5xx': ProblemDocument },
    },
  };
}
