import { type Reply, Transport, type TransportOptions } from './transport.ts';

export type ServerOptions = Omit<TransportOptions, 'key'>;

/** What a server says of a token. */
export type TokenCheck =
  | {
      readonly valid: true;
      readonly id: string;
      readonly name: string;
      readonly write: boolean;
      /** Milliseconds since the epoch; null: never. */
      readonly expires_at: number | null;
    }
  /** `read_only`: it is a token of this server and may read, but not write. */
  | { readonly valid: false; readonly reason: 'not_valid' | 'read_only' };

/** A name as the header has it, or as it came when it is not percent-encoded. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function identityOf({ headers }: Reply): TokenCheck | undefined {
  const id = headers.get('x-hallpass-token-id');
  const name = headers.get('x-hallpass-token-name');
  const expires = headers.get('x-hallpass-expires');
  const expiresAt = expires === 'never' ? null : Date.parse(expires ?? '');
  if (id === null || name === null || Number.isNaN(expiresAt)) return undefined;
  return {
    valid: true,
    id,
    name: decoded(name),
    write: headers.get('x-hallpass-write') === 'true',
    expires_at: expiresAt,
  };
}

function codeOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
}

/**
 * Asks the server whether `value` may do this, as a proxy would; it counts as a use of the token. Throws
 * `UnreachableError`, and `ProblemError` when the server cannot say.
 */
export async function checkToken(
  options: ServerOptions,
  value: string,
  access: 'read' | 'write',
): Promise<TokenCheck> {
  const transport = new Transport(options);
  const headers = { Authorization: `Bearer ${value}` };
  const reply = await transport.request({ method: 'GET', path: `/verify/${access}`, headers });
  const identity = reply.status === 200 ? identityOf(reply) : undefined;
  if (identity) return identity;
  if (codeOf(reply.body) === 'invalid_token') return { valid: false, reason: 'not_valid' };
  if (codeOf(reply.body) === 'insufficient_scope') return { valid: false, reason: 'read_only' };
  throw transport.refusal(reply.status, reply.body);
}

/** `ready`, or why the server is not: `starting`, `stopping`. Throws `UnreachableError`. */
export async function serverStatus(options: ServerOptions): Promise<string> {
  const transport = new Transport(options);
  const { status, body } = await transport.request({ method: 'GET', path: '/health/ready' });
  if (
    (status === 200 || status === 503) &&
    typeof body === 'object' &&
    body !== null &&
    'status' in body &&
    typeof body.status === 'string'
  )
    return body.status;
  throw transport.refusal(status, body);
}
