import { type Answer, OWNER_KEY, type TestServer } from '../server.js';

export const FORM = 'application/x-www-form-urlencoded';

export function basic(id: string, key: string): Record<string, string> {
  const encoded = [id, key].map((part) => encodeURIComponent(part).replaceAll('%20', '+')).join(':');
  return { Authorization: `Basic ${Buffer.from(encoded).toString('base64')}` };
}

export function bearer(key: string): Record<string, string> {
  return { Authorization: `Bearer ${key}` };
}

/** Posts a form; text is sent as it is. */
export function post(
  server: TestServer,
  path: string,
  fields: Record<string, string> | string | Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const raw =
    typeof fields === 'string' || Buffer.isBuffer(fields) ? fields : `${new URLSearchParams(fields)}`;
  return server.call('POST', path, { key: null, raw, headers: { 'Content-Type': FORM, ...headers } });
}

/** What the owner is told of a token. */
export async function introspect(server: TestServer, token: string): Promise<Record<string, unknown>> {
  const { status, text } = await post(server, '/_/introspect', { token }, bearer(OWNER_KEY));
  if (status !== 200) throw new Error(`${status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

export async function newToken(
  server: TestServer,
  name: string,
  more: { write?: boolean; expiration_date?: number } = {},
): Promise<string> {
  return String((await server.admin.createToken({ name, ...more })).record.token);
}
