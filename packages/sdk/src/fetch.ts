import type { Principal } from '@hallpass/core/principal';
import type { Answer } from '@hallpass/core/problem';
import { admit, pairsOf } from './answer.ts';
import type { Checker } from './guard.ts';

/** An answer as fetch knows it. The body stays away from HEAD. */
export function responseOf(answer: Answer, method: string): Response {
  const body = method === 'HEAD' ? null : answer.body;
  return new Response(body, { status: answer.status, headers: pairsOf(answer) });
}

/**
 * A handler from Request to Response: what is refused is answered, all else goes to `handler` with whom its token
 * stands for, and with whatever else the runtime hands over.
 */
export function hallpass<Rest extends readonly unknown[]>(
  guard: Checker,
  handler: (request: Request, principal: Principal, ...rest: Rest) => Response | Promise<Response>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const { principal, refused } = admit(guard, request);
    return refused ? responseOf(refused, request.method) : handler(request, principal, ...rest);
  };
}
