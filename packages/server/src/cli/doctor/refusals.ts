import type { Fault } from './faults.ts';
import type { Judge } from './probe.ts';
import type { Answer } from './raw-request.ts';

export function challengeOf(answer: Answer): string {
  return answer.headers.get('www-authenticate')?.join(', ') ?? '';
}

function isChallenged(answer: Answer): boolean {
  return /\bBearer\b/i.test(challengeOf(answer));
}

function isBroken(answer: Answer | undefined): boolean {
  return answer === undefined || answer.status >= 500;
}

/** It must be refused by whoever checks tokens, and say so; `otherwise` when it was let through. */
export function mustBeRefused(otherwise: Fault): Judge {
  return (answer) => {
    if (answer === undefined || isBroken(answer)) return 'not_working';
    if (answer.status !== 401 && answer.status !== 403) return otherwise;
    return isChallenged(answer) ? undefined : 'no_challenge';
  };
}

/** It must not succeed: what is malformed or unknown may be refused by anybody on the way, in any manner. */
export function mustNotPass(otherwise: Fault, statuses: readonly number[] = [400, 401, 403]): Judge {
  return (answer) => {
    if (answer === undefined || statuses.includes(answer.status)) return undefined;
    return isBroken(answer) ? 'not_working' : otherwise;
  };
}

/** A good token asks to read: whatever the service says is right. */
export const mustPass: Judge = (answer, request) => {
  if (answer === undefined || isBroken(answer)) return 'not_working';
  if (answer.status === 401 || answer.status === 400) return 'good_token_refused';
  if (answer.status !== 403 || !isChallenged(answer)) return undefined;
  return request.credentials?.includes('read-only token') ? 'method_not_believed' : 'good_token_refused';
};
