import type { IncomingMessage } from 'node:http';
import type { Clock } from '@hallpass/core/clock';
import { ABSENT, type Presented, readCredential } from '@hallpass/core/credential';
import type { FastifyRequest } from 'fastify';
import { type OperatorKeys, operatorWith } from '../control/authenticate.ts';
import type { Caller } from '../control/caller.ts';
import type { ApiParts } from './api-parts.ts';
import type { Knows } from './lines.ts';
import { callerWith } from './operation.ts';

/** What a form may carry beside its token when the client has no header to send (RFC 6749 §2.3.1). */
export interface ClientInBody {
  readonly client_id?: string;
  readonly client_secret?: string;
}

interface Client {
  /** The name or id of an operator; a key sent by Bearer needs none. */
  readonly id?: string;
  readonly key: Presented;
}

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;

/** Nobody has this key. */
const UNREADABLE: Client = { key: '' };

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function readBasic(header: string): Client {
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return UNREADABLE;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon === -1) return UNREADABLE;
  try {
    return { id: formDecoded(text.slice(0, colon)), key: formDecoded(text.slice(colon + 1)) };
  } catch {
    return UNREADABLE;
  }
}

function clientInHeader({ headers }: IncomingMessage, presented: Presented): Client | undefined {
  if (presented !== ABSENT) return { key: presented };
  return headers.authorization === undefined ? undefined : readBasic(headers.authorization);
}

/** The header counts when there is one, and then nothing else does. */
function readClient({ raw }: FastifyRequest, body: ClientInBody): Client {
  const sent = clientInHeader(raw, readCredential(raw.rawHeaders));
  if (sent) return sent;
  const { client_id: id, client_secret: key } = body;
  return key === undefined ? { key: ABSENT } : { id: id ?? '', key };
}

/** Knows who shows the key of an active operator in a header, by Bearer or Basic. Nothing is decided by it. */
export function knowsOperators(operators: OperatorKeys, clock: Clock): Knows {
  return (request, { presented }) => {
    const client = clientInHeader(request, presented);
    if (typeof client?.key !== 'string') return false;
    return operatorWith(client.key, operators, clock(), client.id) !== undefined;
  };
}

/** The operator behind an OAuth client. Throws like `callerOf`. */
export function clientOf(parts: ApiParts, request: FastifyRequest, body: ClientInBody): Caller {
  const { id, key } = readClient(request, body);
  return callerWith(parts, request, key, id);
}
