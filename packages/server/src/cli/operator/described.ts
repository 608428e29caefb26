import type { WireOperator } from '@hallpass/core/wire';
import { expiryText } from '../moments.ts';
import { plain } from '../plain.ts';

/** `ana: active, manager, never expires`: what an operator is now. */
export function described(operator: WireOperator, now: number): string {
  return `${plain(operator.name)}: ${operator.status}, ${operator.role}, ${expiryText(operator.expires_at, now)}`;
}
