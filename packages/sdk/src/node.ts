import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '@hallpass/core/principal';
import type { Answer } from '@hallpass/core/problem';
import { admit, pairsOf } from './answer.ts';
import type { Checker } from './guard.ts';

/** Sends a whole answer, beside the headers that were set before. The body stays away from HEAD. */
export function send(response: ServerResponse, answer: Answer): void {
  response.statusCode = answer.status;
  for (const [name, value] of pairsOf(answer)) response.setHeader(name, value);
  response.end(answer.body);
}

/**
 * A listener for `createServer` of node:http or node:https: what is refused is answered, all else goes to `listener`
 * with whom its token stands for.
 */
export function hallpass(
  guard: Checker,
  listener: (request: IncomingMessage, response: ServerResponse, principal: Principal) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { principal, refused } = admit(guard, request);
    if (refused) send(response, refused);
    else listener(request, response, principal);
  };
}
