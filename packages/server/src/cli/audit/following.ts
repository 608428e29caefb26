import { setTimeout as pause } from 'node:timers/promises';
import type { WireAuditEntry } from '@hallpass/core/wire';
import type { AdminClient } from '@hallpass/sdk/admin';

const INTERVAL = 1_000;
const PAGE = 100;

/** What comes behind `sequence`, oldest first, in batches as it is found; without end. */
export async function* newEntries(
  client: AdminClient,
  sequence: number,
): AsyncGenerator<readonly WireAuditEntry[]> {
  let last = sequence;
  for (;;) {
    const batch: WireAuditEntry[] = [];
    for await (const entry of client.listAudit({ page: PAGE })) {
      if (entry.sequence <= last) break;
      batch.push(entry);
    }
    batch.reverse();
    last = batch.at(-1)?.sequence ?? last;
    if (batch.length > 0) yield batch;
    await pause(INTERVAL);
  }
}
