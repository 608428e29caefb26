import { type ClientRequest, request as plainRequest, type RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';
import { json } from 'node:stream/consumers';
import type { Envelope, Problem } from '@hallpass/core/wire';

/** The owner's key in tests of processes. */
export const OWNER_KEY = 'hpo_1111111111111111111111111111114SunM0';

export interface Question extends RequestOptions {
  readonly path: string;
  /** The bearer credential. */
  readonly key?: string;
  /** Sent as JSON. */
  readonly body?: object;
  /** The only certificate to be believed. */
  readonly ca?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  /** The body as JSON, as far as a test cares. */
  readonly body: Envelope<Record<string, unknown>> & Problem;
}

function open(
  address: string,
  { ca, ...options }: RequestOptions & { ca?: string | undefined },
): ClientRequest {
  if (address.startsWith('unix:'))
    return plainRequest({ ...options, socketPath: address.slice('unix:'.length) });
  if (ca === undefined) return plainRequest(address, options);
  return secureRequest(address, { ...options, ca, servername: 'localhost' });
}

/** Sends one request, to an address as a server tells it, and rejects unless a whole answer comes back. */
export function ask(address: string, { key, body, ca, ...options }: Question): Promise<Answer> {
  const text = body && JSON.stringify(body);
  const headers = {
    ...(text === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(text)) }),
    ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
    ...(options.headers as NodeJS.Dict<string>),
  };
  return new Promise((resolve, reject) => {
    const request = open(address, { agent: false, ...options, headers, ca });
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode: status = 0, headers: received } = response;
      if (received['content-type']?.includes('json')) {
        json(response).then((read) => {
          resolve({ status, headers: received, body: read as Answer['body'] });
        }, reject);
        return;
      }
      response.on('error', reject).resume();
      response.on('end', () => resolve({ status, headers: received, body: {} as Answer['body'] }));
    });
    request.end(text);
  });
}
