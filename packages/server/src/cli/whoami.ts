import { AdminClient } from '@hallpass/sdk/admin';
import type { Command } from 'commander';
import { addClientOptions, type ClientFlags, openConnection } from './connection.ts';
import { guide } from './examples.ts';
import type { CliIo } from './io.ts';
import { instant, printFields, printJson } from './listing.ts';
import { reading } from './moments.ts';
import { screenOf } from './screen.ts';

/** `hallpass whoami`. */
export function whoami(command: Command, io: CliIo): void {
  guide(addClientOptions(command), [
    ['hallpass whoami', ''],
    ['hallpass whoami --json', '{url, context, operator}'],
  ])
    .option('--json', 'print it as JSON')
    .action(async (flags: ClientFlags & { readonly json?: boolean }) => {
      const { url, key, timeout, context = null } = await openConnection(flags, io);
      const operator = await new AdminClient({ url, key, timeout }).whoami();
      if (flags.json) return printJson(io, { url, context, operator });
      const { expires_at: at } = operator;
      const people = screenOf(io).width !== null;
      printFields(io, [
        ['operator', operator.name],
        ['role', operator.role],
        ['expires', at === null || !people ? (people ? 'never' : instant(at)) : reading(at, io.now())],
        ['server', url],
        ['context', context ?? ''],
      ]);
    });
}
