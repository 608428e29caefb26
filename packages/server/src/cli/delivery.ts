import { closeSync, fstatSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { type Command, Option } from 'commander';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';
import { printJson } from './listing.ts';

const STDOUT = 1;

export interface DeliveryFlags {
  readonly json?: boolean;
  readonly outputFile?: string;
  readonly env?: string;
}

/** Where a new value goes. Opened before the value is made, so that none is made that has no place to go. */
export interface Delivery {
  /**
   * `record` is what `--json` prints; the value stands in it. Throws a fault that ends with `otherwise`, which says
   * how to come by a value, when the place did not take it.
   */
  hand(value: string, record: object, otherwise: string): Promise<void>;
  /** Takes back what opening has left, when there is no value after all. */
  discard(): void;
}

/** How to come by the value of a token that was made and not handed over. */
export const VALUE_AGAIN = 'The token has it: `hallpass token value` shows it again.';

export function addDeliveryOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--output-file <FILE>',
        'write the value into a new file that only you may read, in place of standard output',
      ).conflicts(['json', 'env']),
    )
    .addOption(
      new Option('--env <NAME>', 'print a line for the shell: export NAME=…').conflicts([
        'json',
        'outputFile',
      ]),
    )
    .option('--json', 'print the record with the value, as the API gives it');
}

function openFile(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new Fault('conflict', '--output-file: the file exists already. Remove it or name another.');
    throw new Fault(
      'usage',
      '--output-file: the file cannot be written. Check the path and its permissions.',
    );
  }
}

function notTaken(error: unknown, otherwise: string): Fault {
  const why = error instanceof Error ? error.message : 'unknown error';
  return new Fault('unexpected', `The value could not be written (${why}). ${otherwise}`);
}

function intoFile(path: string): Delivery {
  const file = openFile(path);
  const discard = () => {
    process.off('exit', discard);
    closeSync(file);
    rmSync(path, { force: true });
  };
  // A signal while the server takes its time leaves no empty file in the way of the next attempt.
  process.once('exit', discard);
  return {
    async hand(value, _record, otherwise) {
      try {
        writeFileSync(file, `${value}\n`);
      } catch (error) {
        discard();
        throw notTaken(error, otherwise);
      }
      process.off('exit', discard);
      closeSync(file);
    },
    discard,
  };
}

/**
 * Whether standard output was closed at the start. Node has put the null device there then and, other than `>` does,
 * to be read from as well.
 */
function isClosed(): boolean {
  if (fstatSync(STDOUT).rdev !== statSync(devNull, { throwIfNoEntry: false })?.rdev) return false;
  try {
    return readSync(STDOUT, Buffer.alloc(1)) === 0;
  } catch {
    return false;
  }
}

export function openDelivery({ json, outputFile, env }: DeliveryFlags, io: CliIo): Delivery {
  if (env !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(env))
    throw new Fault('usage', '--env: must be the name of a variable: letters, digits and _.');
  if (outputFile !== undefined) return intoFile(outputFile);
  if (isClosed())
    throw new Fault(
      'unexpected',
      'Standard output is closed, and the value would be lost. Nothing was done: redirect it, or add --output-file.',
    );
  return {
    async hand(value, record, otherwise) {
      if (json) printJson(io, record);
      else io.out(env === undefined ? `${value}\n` : `export ${env}=${value}\n`);
      await io.taken().catch((error: unknown) => {
        throw notTaken(error, otherwise);
      });
    },
    discard() {},
  };
}

/** Makes what is to be delivered; when that fails, nothing is left of the place it was to go to. */
export async function made<T>(delivery: Delivery, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    delivery.discard();
    throw error;
  }
}
