import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '@hallpass/core/principal';
import type { Answer } from '@hallpass/core/problem';
import { admit, pairsOf } from './answer.ts';
import type { Checker } from './guard.ts';
import type { NodeRequest } from './request.ts';

/** A response of `node:http`, `node:https` or `node:http2`. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/** Sends a whole answer, beside the headers that were set before. The body stays away from HEAD. */
export function send(response: NodeResponse, answer: Answer): void {
  response.statusCode = answer.status;
  for (const [name, value] of pairsOf(answer)) response.setHeader(name, value);
  response.end(answer.body);
}

/**
 * A listener for `createServer` of node:http, node:https or node:http2: what is refused is answered, all else goes to
 * `listener` with whom its token stands for. For node:http2 say of which types its parameters are.
 */
export function hallpass<
  Request extends NodeRequest = IncomingMessage,
  Response extends NodeResponse = ServerResponse,
>(
  guard: Checker,
  listener: (request: Request, response: Response, principal: Principal) => void,
): (request: Request, response: Response) => void {
  return (request, response) => {
    const { principal, refused } = admit(guard, request);
    if (refused) send(response, refused);
    else listener(request, response, principal);
  };
}
