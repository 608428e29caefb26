import type { WireOperator } from '@hallpass/core/wire';
import type { Command } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { guide } from '../examples.ts';
import type { CliIo } from '../io.ts';
import { addListOptions, instant, type List, type ListFlags, printList } from '../listing.ts';
import { ago } from '../moments.ts';
import { plain } from '../plain.ts';
import { painted } from '../status.ts';

function operators(now: number): List<WireOperator> {
  const time = (at: number | null) => (at === null ? 'never' : ago(at, now));
  return {
    empty: 'No operators.',
    columns: ({ colours }) => [
      { head: 'NAME', cell: ({ name }) => plain(name), raw: ({ name }) => name, least: 8 },
      { head: 'ROLE', cell: ({ role }) => role, raw: ({ role }) => role },
      { head: 'STATUS', cell: ({ status }) => status, raw: ({ status }) => status, paint: painted(colours) },
      {
        head: 'EXPIRES',
        cell: ({ expires_at }) => time(expires_at),
        raw: ({ expires_at }) => instant(expires_at),
      },
      {
        head: 'CREATED',
        cell: ({ created_at }) => time(created_at),
        raw: ({ created_at }) => instant(created_at),
        leave: 2,
      },
      {
        head: 'CREATED BY',
        cell: ({ created_by }) => plain(created_by),
        raw: ({ created_by }) => created_by,
        least: 6,
        leave: 3,
      },
      { head: 'HINT', cell: ({ hint }) => plain(hint), raw: ({ hint }) => hint, leave: 1 },
    ],
  };
}

/** `hallpass operator list`. */
export function list(command: Command, io: CliIo): void {
  guide(
    addClientOptions(addListOptions(command)),
    [
      ['hallpass operator list', ''],
      ['hallpass operator list --json', ''],
    ],
    'On a terminal it is a table; elsewhere a line has name, role, status, expiry, creation, creator\n' +
      'and hint between tabs, times in UTC, empty for never.',
  ).action(async (flags: ClientFlags & ListFlags) => {
    const client = await openClient(flags, io);
    async function* all() {
      yield* await client.listOperators();
    }
    await printList(io, flags, operators(io.now()), all());
  });
}
