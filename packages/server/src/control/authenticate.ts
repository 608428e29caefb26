import type { OperatorState } from '@hallpass/core/change';
import { ABSENT, MALFORMED, type Presented } from '@hallpass/core/credential';
import { type Digest, digestOf } from '@hallpass/core/digest';
import { HallpassError } from '@hallpass/core/errors';
import { statusOf } from '@hallpass/core/record';
import { hasForm } from '@hallpass/core/token';

function isCalled({ id, name }: OperatorState, said: string | undefined): boolean {
  return said === undefined || said === id || said.normalize('NFC') === name;
}

/** Where operators are found by the digests of their keys. */
export interface OperatorKeys {
  get(digest: Digest): OperatorState | undefined;
}

/** The active operator who has this key. Where something was said of a name or id, it must be the same one's. */
export function operatorWith(
  key: string,
  operators: OperatorKeys,
  now: number,
  said?: string,
): OperatorState | undefined {
  const operator = hasForm(key, 'hpo_') ? operators.get(digestOf(key)) : undefined;
  return operator && isCalled(operator, said) && statusOf(operator, now) === 'active' ? operator : undefined;
}

/**
 * Which operator a request comes from. Where it says a name or id beside its key, both must be of one operator.
 * Throws 401 or 400; all that is wrong with a key gives one answer.
 */
export function authenticate(
  presented: Presented,
  operators: OperatorKeys,
  now: number,
  said?: string,
): OperatorState {
  if (presented === ABSENT) {
    throw new HallpassError('missing_credential', 'Send an operator key: `Authorization: Bearer hpo_…`.');
  }
  if (presented === MALFORMED) {
    throw new HallpassError(
      'invalid_request',
      'Send one Authorization header: `Bearer`, a space, the operator key.',
    );
  }
  const operator = operatorWith(presented, operators, now, said);
  if (operator) return operator;
  throw new HallpassError(
    'invalid_token',
    'This is not the key of an active operator. A token cannot manage tokens.',
  );
}
