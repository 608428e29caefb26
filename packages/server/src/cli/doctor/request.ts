/** What the doctor holds. */
export type Credential = 'read-write token' | 'read-only token';

/** Has the form of a token and is none. */
export const MADE_UP = 'hp_0000000000000000000000000000002C8GjS';

/** A request to try, by the kinds of its tokens, so that it can be told without their values. */
export interface Request {
  readonly method: string;
  readonly target: string;
  /** One Authorization line each. */
  readonly credentials?: readonly Credential[];
  /** Header lines, as sent. */
  readonly lines?: readonly string[];
}

/** Asking for protocols that are no WebSocket: one that services speak, and one that nobody does. */
export function otherProtocols(target: string): Request[] {
  const asking = (protocol: string): Request => ({
    method: 'GET',
    target,
    credentials: ['read-write token'],
    // Where it is not passed on, the answer ends with the connection.
    lines: ['Connection: close, Upgrade, HTTP2-Settings', `Upgrade: ${protocol}`, 'HTTP2-Settings: AAMAAABk'],
  });
  return ['h2c', 'hallpass-doctor'].map(asking);
}

export type Values = { readonly [C in Credential]: string };

/** In words. No value of a token is in it. */
export function describe({ method, target, credentials = [], lines = [] }: Request): string {
  const who = credentials.length === 0 ? 'without a token' : `with the ${credentials.join(' and the ')}`;
  return [`${method} ${target} ${who}`, ...lines].join(', ');
}

export function bytesOf(request: Request, host: string, values: Values): string {
  const { method, target, credentials = [], lines = [] } = request;
  const all = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    ...credentials.map((credential) => `Authorization: Bearer ${values[credential]}`),
    ...lines,
    ...(lines.some((line) => /^connection:/i.test(line)) ? [] : ['Connection: close']),
    ...(/^(GET|HEAD|OPTIONS)$/.test(method) ? [] : ['Content-Length: 0']),
  ];
  return `${all.join('\r\n')}\r\n\r\n`;
}
