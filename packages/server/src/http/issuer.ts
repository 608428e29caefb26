import type { IncomingMessage } from 'node:http';
import { HallpassError } from '@hallpass/core/errors';

/** How the server calls itself in answers to OAuth clients: the URL that everything it owns lies below. */
export type IssuerOf = (request: IncomingMessage) => string;

/** Without a public URL it is what this request called it. */
export function issuer(publicUrl: string | null, prefix: string): IssuerOf {
  return ({ headers, socket }) => {
    if (publicUrl !== null) return `${publicUrl}${prefix}`;
    if (headers.host === undefined) throw new HallpassError('invalid_request', 'Send a Host header.');
    const secure = 'encrypted' in socket && socket.encrypted === true;
    return `${secure ? 'https' : 'http'}://${headers.host}${prefix}`;
  };
}
