import { type Action, auditHash, FIRST_HASH } from '@hallpass/core/audit';
import type { WireAuditEntry } from '@hallpass/core/wire';
import type { Command } from 'commander';
import { addClientOptions, type ClientFlags, openClient } from '../connection.ts';
import { guide } from '../examples.ts';
import { Fault } from '../fault.ts';
import type { CliIo } from '../io.ts';
import { printJson } from '../listing.ts';

const PAGE = 1000;

/** What is known of a trail after all of it was read, newest first. */
interface Finding {
  readonly entries: number;
  /** The newest entry: kept elsewhere, it shows later whether entries were cut off the end. */
  readonly head: { readonly sequence: number; readonly hash: string } | null;
  /** The entry whose hash does not follow from itself and the one before it. */
  readonly broken_at: number | null;
}

function hashOf(entry: WireAuditEntry, previous: Uint8Array): string {
  const draft = {
    at: entry.at,
    actor: entry.actor,
    actorId: entry.actor_id,
    action: entry.action as Action,
    targetId: entry.target_id,
    targetName: entry.target_name,
    outcome: entry.outcome,
    address: entry.address,
    requestId: entry.request_id,
    detail: entry.detail,
  };
  return Buffer.from(auditHash(previous, entry.sequence, draft)).toString('hex');
}

/** Recomputes every hash of a trail that comes newest first. */
export async function examine(trail: AsyncIterable<WireAuditEntry>): Promise<Finding> {
  let later: WireAuditEntry | undefined;
  let head: Finding['head'] = null;
  let entries = 0;
  for await (const entry of trail) {
    head ??= { sequence: entry.sequence, hash: entry.hash };
    entries += 1;
    const follows =
      !later ||
      (later.sequence === entry.sequence + 1 && later.hash === hashOf(later, Buffer.from(entry.hash, 'hex')));
    if (!follows) return { entries, head, broken_at: later?.sequence ?? null };
    later = entry;
  }
  const begins = !later || (later.sequence === 1 && later.hash === hashOf(later, FIRST_HASH));
  return { entries, head, broken_at: begins ? null : (later?.sequence ?? null) };
}

/** `hallpass audit verify`. */
export function verify(command: Command, io: CliIo): void {
  guide(
    addClientOptions(command),
    [
      ['hallpass audit verify', ''],
      ['hallpass audit verify --json', '{entries, head: {sequence, hash}, broken_at}'],
    ],
    'Keep the head it prints somewhere else: a later trail that is whole and does not hold it was rewritten.',
  )
    .option('--json', 'print what was found as JSON')
    .action(async (flags: ClientFlags & { readonly json?: boolean }) => {
      const client = await openClient(flags, io);
      const finding = await examine(client.listAudit({ page: PAGE }));
      if (flags.json) printJson(io, finding);
      if (finding.broken_at !== null || !finding.head)
        throw new Fault(
          'unexpected',
          `The trail is broken at entry ${finding.broken_at ?? 1}: it or the one before was changed or removed.`,
        );
      const { sequence, hash } = finding.head;
      if (!flags.json) io.out(`${finding.entries} entries, unbroken; the head is ${sequence} ${hash}\n`);
    });
}
