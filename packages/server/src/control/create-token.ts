import { digestOf } from '@hallpass/core/digest';
import { HallpassError } from '@hallpass/core/errors';
import { newTokenId } from '@hallpass/core/id';
import type { TokenRecord } from '@hallpass/core/record';
import type { Secret } from '@hallpass/core/secret';
import { hintOf, mint } from '@hallpass/core/token';
import type { Warning } from '@hallpass/core/wire';
import type { Idempotency, Repeated } from '../store/store.ts';
import { authorise } from './authorise.ts';
import type { Caller } from './caller.ts';
import type { Control } from './control.ts';
import { descriptionFrom, expiryWarnings, newNameFrom } from './fields.ts';
import { idempotencyOf } from './idempotency.ts';
import { openValue } from './reveal-token.ts';
import { refuse } from './rewrite.ts';

export interface TokenInput {
  readonly name: string;
  readonly expiresAt: number | null;
  readonly active: boolean;
  readonly write: boolean;
  readonly description: string;
}

export interface CreatedToken {
  readonly record: TokenRecord;
  /** null when a repeated request asks for a value of which no copy is kept. */
  readonly value: Secret | null;
  readonly warnings: readonly Warning[];
}

/** Makes a token. With an idempotency key the same request gives the same token again, for 24 hours. */
export async function createToken(
  control: Control,
  caller: Caller,
  input: TokenInput,
  idempotencyKey?: string,
): Promise<CreatedToken> {
  const { by, audit } = await authorise(control, caller, 'token.create', input.name);
  const name = newNameFrom(input.name);
  const description = descriptionFrom(input.description);
  const value = mint('hp_', control.random);
  const now = control.clock();
  const id = newTokenId(now, control.random);
  const { expiresAt, active, write } = input;
  // Field by field, its place to come: a copy of it with three more would take fifty times as long, and 2 KB.
  const record = {
    id,
    name,
    expiresAt,
    active,
    write,
    description,
    digest: digestOf(value.reveal()),
    sealed: control.vault.seal(id, value),
    hint: hintOf(value.reveal(), 'hp_'),
    formers: [],
    createdBy: caller.operator.name,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: null,
    revision: 0,
    position: 0,
  };
  const detail = { expires_at: expiresAt, active, write };
  const idempotency = idempotencyOf(caller, idempotencyKey, { ...input, name, description });
  const outcome = await control.store.commit({
    mutation: { kind: 'insert_token', token: record },
    by,
    audit: { ...audit, targetId: id, targetName: name, detail },
    ...(idempotency ? { idempotency } : {}),
  });
  if (outcome.kind === 'repeated') return repeatedToken(control, caller, outcome, idempotency);
  if (outcome.kind !== 'done') refuse(outcome.kind);
  record.revision = record.position = outcome.revision as number;
  return { record, value, warnings: expiryWarnings(expiresAt, now) };
}

/**
 * What a request gets that was made before: the same token as it is by now, or the news that its key was used for
 * something else. To show its value again is to reveal it.
 */
export async function repeatedToken(
  control: Control,
  caller: Caller,
  first: Repeated,
  asked: Idempotency | undefined,
): Promise<CreatedToken> {
  if (!asked || !Buffer.from(asked.fingerprint).equals(first.fingerprint)) {
    throw new HallpassError('idempotency_key_reused', 'Send a new Idempotency-Key with a new request.');
  }
  const record = await control.store.tokenById(first.tokenId);
  if (!record) {
    throw new HallpassError(
      'idempotency_key_reused',
      'The token this key made has been removed since. Send a new Idempotency-Key to make another.',
    );
  }
  const value = await revealAgain(control, caller, record);
  return { record, value, warnings: expiryWarnings(record.expiresAt, control.clock()) };
}

/** null where no copy of the value is kept, or none is shown any more. */
async function revealAgain(control: Control, caller: Caller, record: TokenRecord): Promise<Secret | null> {
  if (record.sealed === null) return null;
  try {
    return await openValue(control, await authorise(control, caller, 'token.reveal', record.name), record);
  } catch (error) {
    if (error instanceof HallpassError && error.code === 'value_not_held') return null;
    throw error;
  }
}
