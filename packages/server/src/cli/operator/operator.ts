import type { Command } from 'commander';
import { guide } from '../examples.ts';

/** `hallpass operator`: what its verbs have in common. */
export function operator(command: Command): void {
  guide(
    command,
    [
      ['hallpass operator create ana --role manager --output-file ana.key', ''],
      ['hallpass operator list', ''],
    ],
    'An operator manages tokens and is none. Roles: an owner may do everything; a manager manages\n' +
      'tokens and reads the audit trail; an auditor reads, but no values; a verifier only checks.',
  );
}
