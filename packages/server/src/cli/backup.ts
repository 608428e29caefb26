import { resolve } from 'node:path';
import type { Command } from 'commander';
import { addDatabaseOptions, type DatabaseFlags, databaseConfig } from './database-options.ts';
import { endOnSignal } from './ending.ts';
import { guide } from './examples.ts';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';
import { printJson } from './listing.ts';
import { plain } from './plain.ts';
import { sizeOf, withProgress } from './progress.ts';

interface Flags extends DatabaseFlags {
  readonly force?: boolean;
  readonly json?: boolean;
}

const NOTES = `The backup is of one moment, whole and checked, also while the server runs: on the machine of the
server, as its user. The secret key is not in it: keep a copy of that elsewhere, once. Without it everything works
but showing values; with it and a backup, whoever has both has every value.`;

/** `hallpass backup FILE`. */
export function backup(command: Command, io: CliIo): void {
  guide(
    addDatabaseOptions(command.argument('<FILE>')),
    [
      ['hallpass backup hallpass.backup', 'of the data folder ./data'],
      ['hallpass backup hallpass.backup --force > hallpass.sha256', 'for `sha256sum -c`'],
    ],
    NOTES,
  )
    .option('--force', 'take the place of a backup of that name')
    .option('--json', 'print what is in it as JSON')
    .action((name: string, flags: Flags) => makeBackup(name, flags, io));
}

async function makeBackup(name: string, flags: Flags, io: CliIo): Promise<void> {
  const { data, databaseUrl } = databaseConfig(flags, io);
  const { offline } = await import('../store/sqlite/offline.ts');
  const { asideOf, InTheWay, removeAside } = await import('../store/sqlite/placing.ts');
  const [from, to] = [databaseUrl.file, resolve(name)];
  endOnSignal(io, () => removeAside(asideOf(to)));
  const part = () => sizeOf(asideOf(to)) / Math.max(1, sizeOf(from));
  try {
    const order = { from, to, over: flags.force === true };
    const made = await withProgress(io, 'Backing up', part, () => offline('backUp', order));
    const { tokens, operators, revision, auditEntries } = made.contents;
    const counts = { tokens, operators, revision, audit_entries: auditEntries };
    if (flags.json) printJson(io, { file: to, bytes: made.bytes, sha256: made.sha256, ...counts });
    else io.out(`${made.sha256}  ${plain(name)}\n`);
    io.err(
      `Backed up ${tokens} tokens, ${operators} operators, revision ${revision}; all of it was checked.\n`,
    );
  } catch (error) {
    if (!(error instanceof InTheWay)) throw error;
    throw new Fault(
      'conflict',
      flags.force
        ? `${name} is no backup, and --force replaces nothing else. Name another file.`
        : `${name} exists already. Name another file, or add --force to replace it.`,
    );
  }
  io.err(
    `warning: the secret key is not in the backup; keep a copy of it elsewhere (${data}/secret.key, or your own)\n`,
  );
}
