import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '@hallpass/core/principal';
import { admit } from './answer.ts';
import type { Checker } from './guard.ts';
import { send } from './node.ts';

declare global {
  namespace Express {
    interface Request {
      /** Whom the token stands for; there behind `hallpass(guard)`. */
      hallpass?: Principal;
    }
  }
}

/** Middleware for Express: what is refused is answered, all else goes on with `request.hallpass`. */
export function hallpass(
  guard: Checker,
): (request: IncomingMessage & { hallpass?: Principal }, response: ServerResponse, next: () => void) => void {
  return (request, response, next) => {
    const { principal, refused } = admit(guard, request);
    if (refused) {
      send(response, refused);
      return;
    }
    request.hallpass = principal;
    next();
  };
}
