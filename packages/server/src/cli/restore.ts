import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config/settings.ts';
import { DataFolder } from '../data-folder.ts';
import { keyFor } from '../open-vault.ts';
import type { Revived } from '../store/sqlite/comparison.ts';
import type { Restored } from '../store/sqlite/restore.ts';
import { addDatabaseOptions, type DatabaseFlags, databaseConfig } from './database-options.ts';
import { guide } from './examples.ts';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';
import { printJson } from './listing.ts';
import { reading } from './moments.ts';
import { plain } from './plain.ts';
import { sizeOf, withProgress } from './progress.ts';

interface Flags extends DatabaseFlags {
  readonly force?: boolean;
  readonly json?: boolean;
}

const EPOCH_BYTES = 16;

const NOTES = `A restore goes back in time: what was revoked since the backup is let in again, and an end that was set is
gone. Where a database stands already, every token and operator of which that is so is named on standard output, with the
reason for which it is refused now or will be; without --force that is all that happens. The database that stood there is
kept beside the new one. Stop the server first.`;

const REASONS: Readonly<Record<Revived['because'], string>> = {
  removed: 'removed',
  rotated: 'rotated',
  disabled: 'disabled',
  ended: 'expired',
  read_only: 'read-only',
  role: 'another role',
  ends_earlier: 'ends earlier',
};

/** `hallpass restore FILE`. */
export function restore(command: Command, io: CliIo): void {
  guide(
    addDatabaseOptions(command.argument('<FILE>')),
    [
      ['hallpass restore hallpass.backup --data new-data', 'into a folder without a database'],
      [
        'hallpass restore hallpass.backup',
        'says what it would bring back, and stops where a database stands',
      ],
      ['hallpass restore hallpass.backup --force', 'keeps the database that stood there aside'],
    ],
    NOTES,
  )
    .option('--force', 'move the database that stands there aside')
    .option('--json', 'print what was done as JSON')
    .action((name: string, flags: Flags) => restoreBackup(name, flags, io));
}

async function restoreBackup(name: string, flags: Flags, io: CliIo): Promise<void> {
  const backup = resolve(name);
  if (!existsSync(backup)) throw new Fault('not_found', `There is no file ${name}.`);
  const config = databaseConfig(flags, io);
  const folder = await DataFolder.open(config.data);
  const { offline } = await import('../store/sqlite/offline.ts');
  const { asideOf } = await import('../store/sqlite/placing.ts');
  const order = {
    backup,
    file: config.databaseUrl.file,
    over: flags.force === true,
    epoch: Buffer.from(io.random(EPOCH_BYTES)).toString('hex'),
    now: io.now(),
  };
  const part = () => sizeOf(asideOf(order.file)) / Math.max(1, sizeOf(order.backup));
  const restored = await withProgress(io, 'Restoring', part, () => offline('restore', order));
  report(restored, flags, io);
  if (!restored.done) {
    throw new Fault(
      'conflict',
      `${config.databaseUrl.file}, or what is left of it, stands already; nothing was done. Add --force to move it aside and restore.`,
    );
  }
  if (restored.keyCheck !== null) await reportKey(restored.keyCheck, config, folder, io);
}

function report({ done, contents, revived, aside }: Restored, flags: Flags, io: CliIo): void {
  const { tokens, operators, revision, changedAt } = contents;
  if (flags.json) printJson(io, { done, tokens, operators, revision, changed_at: changedAt, revived, aside });
  else
    for (const { kind, name, because } of revived ?? [])
      io.out(`${kind}\t${plain(name)}\t${REASONS[because]}\n`);
  const of = changedAt === null ? 'an empty history' : `last changed ${reading(changedAt, io.now())}`;
  io.err(`${done ? 'Restored' : 'The backup has'} ${tokens} tokens, ${operators} operators, ${of}.\n`);
  if (revived === null)
    io.err(
      `warning: ${done && aside === null ? 'there is no database to compare with' : 'what stands there cannot be compared with'}: what was revoked since the backup ${done ? 'is' : 'would be'} let in again\n`,
    );
  else if (revived.length > 0)
    io.err(
      `warning: ${done ? 'let in again, or for longer than before' : 'would be let in again, or for longer than now'}: ${revived.length}, each named on standard output\n`,
    );
  if (aside !== null) io.err(`The database that stood there is now ${aside}.\n`);
}

async function reportKey(check: string, config: Config, folder: DataFolder, io: CliIo): Promise<void> {
  const key = await keyFor(check, config, folder);
  if (key === 'missing')
    io.err(
      `warning: the secret key is missing: put it back as ${folder.secretKeyFile} or in the settings; until then everything works but showing values\n`,
    );
  if (key === 'other')
    io.err(
      'warning: the secret key is not the one that sealed the values in the backup: put the right one back, or start with --reveal never\n',
    );
}
