import type { Role, Status } from '@hallpass/core/record';
import type {
  Envelope,
  Warning,
  WireAuditEntry,
  WireOperator,
  WireReplica,
  WireToken,
} from '@hallpass/core/wire';
import {
  AUDIT_ENTRY,
  NEW_OPERATOR,
  NEW_TOKEN,
  OPERATOR,
  REPLICA,
  type Shape,
  TOKEN,
  VALUE,
} from './shapes.ts';
import { type Call, Transport, type TransportOptions } from './transport.ts';

/** Times are milliseconds since the epoch; null is never. */
export interface TokenInput {
  readonly name: string;
  readonly expiration_date?: number | null;
  readonly active?: boolean;
  readonly write?: boolean;
}

export interface TokenChanges extends Partial<Omit<TokenInput, 'name'>> {
  readonly new_name?: string;
  readonly description?: string;
}

export interface Rotation {
  /** Milliseconds for which the old value goes on. Without it the old one ends at once or at the first use. */
  readonly overlap?: number;
  /** The old value goes on until the new one is first let in; with an overlap, no longer than that. */
  readonly until_first_use?: boolean;
  /** Left out: as it was. */
  readonly expiration_date?: number | null;
}

export interface TokenFilters {
  readonly status?: Status;
  readonly write?: boolean;
  readonly search?: string;
  readonly expires_before?: number;
  readonly unused_since?: number;
  readonly created_by?: string;
}

export interface OperatorInput {
  readonly name: string;
  readonly role: Role;
  readonly expiration_date?: number | null;
  readonly active?: boolean;
  readonly description?: string;
}

export type OperatorChanges = Partial<Omit<OperatorInput, 'name'>> & { readonly new_name?: string };

export interface Done<Item> {
  readonly record: Item;
  readonly warnings: readonly Warning[];
}

/** Do it only if the record is still at this revision. */
export interface Precondition {
  readonly ifRevision?: number;
}

const PAGE = 500;

function condition({ ifRevision }: Precondition): Pick<Call, 'headers'> {
  return ifRevision === undefined ? {} : { headers: { 'If-Match': `"${ifRevision}"` } };
}

function idempotency({ idempotencyKey }: { readonly idempotencyKey?: string }): Record<string, string> {
  return idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey };
}

/**
 * The management API as methods. Each throws `ProblemError` when the server refuses, with its code, and
 * `UnreachableError` when no server answers.
 */
export class AdminClient {
  readonly #transport: Transport;

  constructor(options: TransportOptions & { readonly key: string }) {
    this.#transport = new Transport(options);
  }

  /** The record carries the value as `token`; null when a repeated request asks for one that is not kept. */
  createToken(
    input: TokenInput & { readonly description?: string },
    options: { readonly idempotencyKey?: string } = {},
  ): Promise<Done<WireToken & { readonly token: string | null }>> {
    return this.#one(
      { method: 'POST', path: '/token', body: input, headers: idempotency(options) },
      NEW_TOKEN,
    );
  }

  /** All tokens that fit, in the order of creation, fetched page by page. */
  async *listTokens(filters: TokenFilters = {}): AsyncGenerator<WireToken> {
    yield* this.#pages('/token', { ...filters, limit: PAGE }, TOKEN);
  }

  /** What is left out takes its default; `changeToken` leaves it as it is. */
  replaceToken(input: TokenInput, precondition: Precondition = {}): Promise<Done<WireToken>> {
    return this.#one({ method: 'PUT', path: '/token', body: input, ...condition(precondition) }, TOKEN);
  }

  changeToken(
    name: string,
    changes: TokenChanges,
    precondition: Precondition = {},
  ): Promise<Done<WireToken>> {
    const body = { name, ...changes };
    return this.#one({ method: 'PATCH', path: '/token', body, ...condition(precondition) }, TOKEN);
  }

  /** Gives the token a new value; the record carries it, as after `createToken`. */
  rotateToken(
    name: string,
    rotation: Rotation = {},
    options: Precondition & { readonly idempotencyKey?: string } = {},
  ): Promise<Done<WireToken & { readonly token: string | null }>> {
    const body = { name, ...rotation };
    const headers = { ...condition(options).headers, ...idempotency(options) };
    return this.#one({ method: 'POST', path: '/token/rotate', body, headers }, NEW_TOKEN);
  }

  deleteToken(name: string, precondition: Precondition = {}): Promise<Done<WireToken>> {
    return this.#one(
      { method: 'DELETE', path: '/token', query: { name }, ...condition(precondition) },
      TOKEN,
    );
  }

  async tokenValue(name: string): Promise<string> {
    const { record } = await this.#one({ method: 'GET', path: '/token/value', query: { name } }, VALUE);
    return record.token;
  }

  /** The record carries the new operator's key, this once. */
  createOperator(input: OperatorInput): Promise<Done<WireOperator & { readonly key: string }>> {
    return this.#one({ method: 'POST', path: '/operator', body: input }, NEW_OPERATOR);
  }

  async listOperators(): Promise<readonly WireOperator[]> {
    return (await this.#transport.call({ method: 'GET', path: '/operator' }, OPERATOR)).data;
  }

  changeOperator(
    name: string,
    changes: OperatorChanges,
    precondition: Precondition = {},
  ): Promise<Done<WireOperator>> {
    const body = { name, ...changes };
    return this.#one({ method: 'PATCH', path: '/operator', body, ...condition(precondition) }, OPERATOR);
  }

  deleteOperator(name: string, precondition: Precondition = {}): Promise<Done<WireOperator>> {
    return this.#one(
      { method: 'DELETE', path: '/operator', query: { name }, ...condition(precondition) },
      OPERATOR,
    );
  }

  /** The operator whose key this is. */
  async whoami(): Promise<WireOperator> {
    return (await this.#one({ method: 'GET', path: '/operator/self' }, OPERATOR)).record;
  }

  /** The replicas that are connected now. */
  async replicas(): Promise<readonly WireReplica[]> {
    return (await this.#transport.call({ method: 'GET', path: '/replicas' }, REPLICA)).data;
  }

  /** The audit trail, newest first, fetched `page` entries (1 to 1000) at a time. */
  async *listAudit({ page = PAGE }: { readonly page?: number } = {}): AsyncGenerator<WireAuditEntry> {
    yield* this.#pages('/audit', { limit: page }, AUDIT_ENTRY);
  }

  async #one<Item>(call: Call, shape: Shape<Item>): Promise<Done<Item>> {
    const answer = await this.#transport.call(call, shape);
    const [record] = answer.data;
    if (record === undefined) throw this.#transport.refusal(200, answer);
    return { record, warnings: answer.warnings ?? [] };
  }

  async *#pages<Item>(
    path: string,
    query: NonNullable<Call['query']>,
    shape: Shape<Item>,
  ): AsyncGenerator<Item> {
    let cursor: string | undefined;
    do {
      const call: Call = { method: 'GET', path, query: { ...query, cursor } };
      const page: Envelope<Item> = await this.#transport.call(call, shape);
      yield* page.data;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }
}
