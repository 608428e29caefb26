import type { WireFormer, WireToken } from '@hallpass/core/wire';
import type { AdminClient } from '@hallpass/sdk/admin';
import type { Command } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { guide } from '../examples.ts';
import { Fault } from '../fault.ts';
import type { CliIo } from '../io.ts';
import { instant, printFields, printJson } from '../listing.ts';
import { reading } from '../moments.ts';
import { screenOf } from '../screen.ts';

type Flags = ClientFlags & { readonly json?: boolean };

async function find(client: AdminClient, input: string): Promise<WireToken> {
  const name = input.normalize('NFC');
  for await (const token of client.listTokens({ search: name })) if (token.name === name) return token;
  throw new Fault('not_found', 'No token has this name. `hallpass token list` shows which there are.');
}

function describedFormer(former: WireFormer, time: (at: number | null) => string): string {
  const until = former.ends_at === null ? '' : ` until ${time(former.ends_at)}`;
  return `${former.hint} works${until}${former.until_first_use ? ', at most until a newer one is used' : ''}`;
}

/** `hallpass token show NAME`. */
export function show(command: Command, io: CliIo): void {
  guide(addClientOptions(command.argument('<NAME>')), [
    ['hallpass token show ci', ''],
    ['hallpass token show ci --json', 'the record, as the API gives it'],
  ])
    .option('--json', 'the record as JSON')
    .action(async (name: string, flags: Flags) => {
      const token = await find(await openClient(flags, io), name);
      if (flags.json) return printJson(io, token);
      const now = io.now();
      const people = screenOf(io).width !== null;
      const time = (at: number | null) => (people ? (at === null ? 'never' : reading(at, now)) : instant(at));
      printFields(io, [
        ['name', token.name],
        ['status', token.status],
        ['access', token.write ? 'write' : 'read'],
        ['expires', time(token.expires_at)],
        ['last used', time(token.last_used_at)],
        ['description', token.description],
        ['created', time(token.created_at)],
        ['created by', token.created_by],
        ['updated', time(token.updated_at)],
        ['revision', String(token.revision)],
        ['hint', token.hint],
        ['id', token.id],
        ...token.former_values.map((former) => ['older value', describedFormer(former, time)] as const),
      ]);
    });
}
