import type { WireReplica } from '@hallpass/core/wire';
import type { Command } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from './connection.ts';
import { guide } from './examples.ts';
import type { CliIo } from './io.ts';
import { addListOptions, instant, type List, type ListFlags, printList } from './listing.ts';
import { ago } from './moments.ts';
import { plain } from './plain.ts';

/** `up to date`, or for how long it has lacked a change. */
function behind(age: number, now: number): string {
  return age === 0 ? 'up to date' : ago(now - age, now);
}

function connected(now: number): List<WireReplica> {
  return {
    empty: 'No replica is connected.',
    columns: () => [
      { head: 'NAME', cell: ({ name }) => plain(name), raw: ({ name }) => name, least: 8 },
      {
        head: 'OPERATOR',
        cell: ({ operator }) => plain(operator),
        raw: ({ operator }) => operator,
        least: 6,
      },
      {
        head: 'REVISION',
        cell: ({ revision }) => String(revision),
        raw: ({ revision }) => String(revision),
      },
      { head: 'LACKS SINCE', cell: ({ age_ms }) => behind(age_ms, now), raw: ({ age_ms }) => String(age_ms) },
      {
        head: 'CONNECTED',
        cell: ({ connected_at }) => ago(connected_at, now),
        raw: ({ connected_at }) => instant(connected_at),
        leave: 1,
      },
      {
        head: 'HOW',
        cell: ({ poll }) => (poll ? 'polls' : 'follows'),
        raw: ({ poll }) => (poll ? 'polls' : 'follows'),
        leave: 2,
      },
    ],
  };
}

/** `hallpass replicas`. */
export function replicas(command: Command, io: CliIo): void {
  guide(
    addClientOptions(addListOptions(command)),
    [
      ['hallpass replicas', ''],
      ['hallpass replicas --json', ''],
    ],
    'REVISION is the newest change that a replica has confirmed, LACKS SINCE when the first was made that it has not.\n' +
      'Off a terminal a line has name, operator, revision, milliseconds it has lacked a change, time it connected\n' +
      'and `follows` or `polls` between tabs.',
  ).action(async (flags: ClientFlags & ListFlags) => {
    const client = await openClient(flags, io);
    async function* all() {
      yield* await client.replicas();
    }
    await printList(io, flags, connected(io.now()), all());
  });
}
