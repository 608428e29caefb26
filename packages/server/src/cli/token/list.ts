import type { Status } from '@hallpass/core/record';
import type { WireToken } from '@hallpass/core/wire';
import { type Command, Option } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { guide } from '../examples.ts';
import { momentFlag } from '../expiry.ts';
import type { CliIo } from '../io.ts';
import { addListOptions, instant, type List, type ListFlags, printList } from '../listing.ts';
import { ago } from '../moments.ts';
import { plain } from '../plain.ts';
import { painted } from '../status.ts';

interface Flags extends ClientFlags, ListFlags {
  readonly status?: Status;
  readonly access?: 'read' | 'write';
  readonly search?: string;
  readonly expiresBefore?: string;
  readonly unusedSince?: string;
  readonly createdBy?: string;
}

function tokens(now: number): List<WireToken> {
  const past = (at: number | null) => (at === null ? 'never' : ago(at, now));
  return {
    empty: 'No tokens. Make one with `hallpass token create`.',
    columns: ({ colours }) => [
      { head: 'NAME', cell: ({ name }) => plain(name), raw: ({ name }) => name, least: 8 },
      { head: 'STATUS', cell: ({ status }) => status, raw: ({ status }) => status, paint: painted(colours) },
      {
        head: 'ACCESS',
        cell: ({ write }) => (write ? 'write' : 'read'),
        raw: ({ write }) => (write ? 'write' : 'read'),
        leave: 2,
      },
      {
        head: 'EXPIRES',
        cell: ({ expires_at }) => past(expires_at),
        raw: ({ expires_at }) => instant(expires_at),
      },
      {
        head: 'LAST USED',
        cell: ({ last_used_at }) => past(last_used_at),
        raw: ({ last_used_at }) => instant(last_used_at),
        leave: 1,
      },
      {
        head: 'CREATED BY',
        cell: ({ created_by }) => plain(created_by),
        raw: ({ created_by }) => created_by,
        least: 6,
        leave: 3,
      },
      { head: 'HINT', cell: ({ hint }) => plain(hint), raw: ({ hint }) => hint, leave: 4 },
    ],
  };
}

/** `hallpass token list`. */
export function list(command: Command, io: CliIo): void {
  guide(
    addClientOptions(addListOptions(command)),
    [
      ['hallpass token list', 'in the order of creation'],
      ['hallpass token list --expires-before 7d', 'what ends within a week'],
      ['hallpass token list --unused-since 90d', 'what nobody has used for 90 days, or ever'],
      ['hallpass token list --status expired | cut -f 1', 'names alone'],
      ['hallpass token list --jsonl', ''],
    ],
    'On a terminal it is a table; elsewhere a line has name, status, access, expiry, last use,\n' +
      'creator and hint between tabs, times in UTC, empty for never.',
  )
    .addOption(new Option('--status <STATUS>', 'only these').choices(['active', 'inactive', 'expired']))
    .addOption(
      new Option('--access <ACCESS>', 'only those that may do no more, or this').choices(['read', 'write']),
    )
    .option('--search <TEXT>', 'part of the name or the description')
    .option('--expires-before <WHEN>', 'a date, or how long from now: 7d')
    .option('--unused-since <WHEN>', 'a date, or how long ago: 90d')
    .option('--created-by <NAME>', 'the operator who made them')
    .action(async (flags: Flags) => {
      const client = await openClient(flags, io);
      const now = io.now();
      const before = momentFlag('--expires-before', flags.expiresBefore, { now, direction: 'ahead' });
      const since = momentFlag('--unused-since', flags.unusedSince, { now, direction: 'back' });
      const filters = {
        ...(flags.status === undefined ? {} : { status: flags.status }),
        ...(flags.access === undefined ? {} : { write: flags.access === 'write' }),
        ...(flags.search === undefined ? {} : { search: flags.search }),
        ...(before === undefined ? {} : { expires_before: before }),
        ...(since === undefined ? {} : { unused_since: since }),
        ...(flags.createdBy === undefined ? {} : { created_by: flags.createdBy }),
      };
      await printList(io, flags, tokens(now), client.listTokens(filters));
    });
}
