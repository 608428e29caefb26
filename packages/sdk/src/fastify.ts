/// <reference types="fastify" preserve="true" />
import type { IncomingMessage } from 'node:http';
import type { Principal } from '@hallpass/core/principal';
import { admit, pairsOf } from './answer.ts';
import type { Checker } from './guard.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whom the token stands for; null before the check. */
    hallpass: Principal | null;
  }
}

interface Request {
  readonly raw: IncomingMessage;
  hallpass: Principal | null;
}

interface Reply {
  code(status: number): Reply;
  headers(headers: Record<string, string>): Reply;
  send(body: Uint8Array): Reply;
}

interface Instance {
  decorateRequest(name: 'hallpass', value: null): unknown;
  addHook(
    name: 'onRequest',
    hook: (request: Request, reply: Reply, done: (error?: Error) => void) => void,
  ): unknown;
}

/**
 * Plugin for Fastify: what is refused is answered before a body is read, all else goes on with `request.hallpass`. It
 * holds for the instance that registers it, and for those below.
 */
export function hallpass(app: Instance, { guard }: { readonly guard: Checker }, ready: () => void): void {
  app.decorateRequest('hallpass', null);
  app.addHook('onRequest', (request, reply, done) => {
    const { principal, refused } = admit(guard, request.raw);
    if (refused) {
      // As bytes: text would get another content type.
      reply
        .code(refused.status)
        .headers(Object.fromEntries(pairsOf(refused)))
        .send(Buffer.from(refused.body));
      return;
    }
    request.hallpass = principal;
    done();
  });
  ready();
}

/** Without this mark a plugin counts for itself alone. */
Object.assign(hallpass, { [Symbol.for('skip-override')]: true });
