import type { Command } from 'commander';
import { guide } from '../examples.ts';

/** `hallpass token`: what its verbs have in common. */
export function token(command: Command): void {
  guide(command, [
    ['hallpass token create ci --expires 30d > token', 'its value goes into the file, and nothing else'],
    ['hallpass token list --status active', ''],
    ['hallpass token disable ci', 'refused from the next request on'],
  ]);
}
