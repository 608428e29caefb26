import type { WireAuditEntry } from '@hallpass/core/wire';
import type { AdminClient } from '@hallpass/sdk/admin';
import { type Command, Option } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { guide } from '../examples.ts';
import { Fault } from '../fault.ts';
import type { CliIo } from '../io.ts';
import { addListOptions, instant, type List, type ListFlags, printList } from '../listing.ts';
import { ago, local } from '../moments.ts';
import { plain } from '../plain.ts';
import { newEntries } from './following.ts';

interface Flags extends ClientFlags, ListFlags {
  readonly limit: string;
  readonly follow?: boolean;
}

function entries(time: (at: number) => string): List<WireAuditEntry> {
  return {
    empty: 'Nothing was done yet.',
    columns: ({ colours }) => [
      {
        head: '#',
        cell: ({ sequence }) => String(sequence),
        raw: ({ sequence }) => String(sequence),
        leave: 3,
      },
      { head: 'WHEN', cell: ({ at }) => time(at), raw: ({ at }) => instant(at), leave: 1 },
      { head: 'WHO', cell: ({ actor }) => plain(actor), raw: ({ actor }) => actor, least: 6 },
      { head: 'WHAT', cell: ({ action }) => plain(action), raw: ({ action }) => action },
      {
        head: 'TARGET',
        cell: ({ target_name }) => plain(target_name ?? ''),
        raw: ({ target_name }) => target_name ?? '',
        least: 6,
      },
      {
        head: 'OUTCOME',
        cell: ({ outcome }) => plain(outcome),
        raw: ({ outcome }) => outcome,
        paint: (text, { outcome }) => (outcome === 'done' ? text : colours.red(text)),
      },
      {
        head: 'FROM',
        cell: ({ address }) => plain(address ?? ''),
        raw: ({ address }) => address ?? '',
        leave: 2,
      },
    ],
  };
}

async function newest(client: AdminClient, limit: number): Promise<WireAuditEntry[]> {
  const found: WireAuditEntry[] = [];
  for await (const entry of client.listAudit({ page: Math.min(limit, 1000) })) {
    if (found.push(entry) === limit) break;
  }
  return found.reverse();
}

function limitFrom(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Fault('usage', '--limit: must be a whole number from 1.');
}

/** `hallpass audit`. */
export function audit(command: Command, io: CliIo): void {
  guide(
    addClientOptions(addListOptions(command)),
    [
      ['hallpass audit', 'the last 50 entries, the newest at the end'],
      ['hallpass audit --follow', 'and then what happens, as it happens; Ctrl-C ends it'],
      ['hallpass audit --limit 1000 --jsonl > audit.jsonl', ''],
      ['hallpass audit verify', 'whether the trail is whole'],
    ],
    'On a terminal it is a table; elsewhere a line has sequence, time in UTC, operator, action,\n' +
      'target, outcome and address between tabs.',
  )
    .option('--limit <COUNT>', 'how many entries', '50')
    .addOption(new Option('--follow', 'go on with what comes').conflicts('json'))
    .action(async (flags: Flags) => {
      const limit = limitFrom(flags.limit);
      const client = await openClient(flags, io);
      const found = await newest(client, limit);
      const now = io.now();
      const print = (items: readonly WireAuditEntry[], list: List<WireAuditEntry>) => {
        async function* all() {
          yield* items;
        }
        return printList(io, flags, list, all());
      };
      if (!flags.follow)
        return print(
          found,
          entries((at) => ago(at, now)),
        );
      await print(found, entries(local));
      for await (const batch of newEntries(client, found.at(-1)?.sequence ?? 0)) {
        await print(batch, { ...entries(local), headless: true });
      }
    });
}
