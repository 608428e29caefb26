import { type RandomBytes, showsSecret } from './token.ts';

const FORM = /^[A-Za-z0-9._-]{1,128}$/;

/** No token and no key is shorter: most ids are, and need no search. */
const SHORTEST_SECRET = 39;

/** Whether an id that a client sent may be taken over: it goes into headers, bodies, logs and the audit trail. */
export function isRequestId(text: string): boolean {
  return FORM.test(text) && (text.length < SHORTEST_SECRET || !showsSecret(text));
}

/** Makes request ids: 72 random bits that stand for this process, and a count. */
export function requestIds(random: RandomBytes): () => string {
  const process = Buffer.from(random(9)).toString('base64url');
  let count = 0;
  return () => `${process}.${(count++).toString(36)}`;
}
