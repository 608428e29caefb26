import type { Principal } from '@hallpass/core/principal';
import type { Answer } from '@hallpass/core/problem';
import { refusal } from '@hallpass/core/refusal';
import { isRequestId, requestIds } from '@hallpass/core/request-id';
import type { Checker } from './guard.ts';
import { type FetchRequest, isNodeRequest, type NodeRequest } from './request.ts';
import { SURROUNDINGS } from './surroundings.ts';

const newRequestId = requestIds(SURROUNDINGS.random);

/** Who comes in, or the answer to who does not: the very one that the server's own doors give. */
export type Admission =
  | { readonly principal: Principal; readonly refused?: never }
  | { readonly principal?: never; readonly refused: Answer };

function sentIdOf(request: NodeRequest | FetchRequest): string | undefined {
  if (!isNodeRequest(request)) return request.headers.get('x-request-id') ?? undefined;
  const { rawHeaders } = request;
  let id: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 12 && name.toLowerCase() === 'x-request-id') id = rawHeaders[i + 1];
  }
  return id;
}

export function admit(guard: Checker, request: NodeRequest | FetchRequest): Admission {
  const verdict = guard.check(request);
  if (verdict.allow) return { principal: verdict.principal };
  const sent = sentIdOf(request);
  return {
    refused: refusal(verdict.reason, sent !== undefined && isRequestId(sent) ? sent : newRequestId()),
  };
}

/** The headers of an answer, pair by pair. */
export function pairsOf({ headers }: Answer): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2)
    pairs.push([headers[i] as string, headers[i + 1] as string]);
  return pairs;
}
