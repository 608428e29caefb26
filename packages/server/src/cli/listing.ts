import { type Command, Option } from 'commander';
import type { CliIo } from './io.ts';
import { plain, plainJson } from './plain.ts';
import { type Screen, screenOf } from './screen.ts';
import { type Column, table } from './table.ts';

export interface ListFlags {
  readonly json?: boolean;
  readonly jsonl?: boolean;
}

/** What is listed: for people and, in `raw`, for programs. */
export interface ListColumn<Item> extends Column<Item> {
  readonly raw: (item: Item) => string;
}

export interface List<Item> {
  readonly columns: (screen: Screen) => readonly ListColumn<Item>[];
  /** Said on standard error in place of an empty table. */
  readonly empty: string;
  /** For what goes on below a table that stands already. */
  readonly headless?: boolean;
}

export function addListOptions(command: Command): Command {
  return command
    .option('--json', 'one JSON array')
    .addOption(new Option('--jsonl', 'one JSON object a line, as they come').conflicts('json'));
}

/** One record as JSON, as the API has it. */
export function printJson(io: CliIo, value: unknown): void {
  io.out(`${plainJson(JSON.stringify(value, null, 2))}\n`);
}

export function jsonLine(value: unknown): string {
  return `${plainJson(JSON.stringify(value))}\n`;
}

function tabbed<Item>(columns: readonly ListColumn<Item>[], item: Item): string {
  return `${columns.map(({ raw }) => plain(raw(item))).join('\t')}\n`;
}

/** Lists on a terminal as a table, elsewhere as lines of fields between tabs; or as JSON. */
export async function printList<Item>(
  io: CliIo,
  flags: ListFlags,
  { columns, empty, headless = false }: List<Item>,
  items: AsyncIterable<Item>,
): Promise<void> {
  const screen = screenOf(io);
  const shown = columns(screen);
  const kept: Item[] = [];
  const all = flags.json === true || (screen.width !== null && flags.jsonl !== true);
  for await (const item of items) {
    if (all) kept.push(item);
    else {
      io.out(flags.jsonl ? jsonLine(item) : tabbed(shown, item));
      // Keeps pace with the reader, and ends when it has gone.
      await io.taken();
    }
  }
  if (flags.json) printJson(io, kept);
  else if (all && kept.length === 0) io.err(`${empty}\n`);
  else if (all && screen.width !== null)
    io.out(table(shown, kept, { width: screen.width, head: headless ? null : screen.colours.bold }));
}

/** One record, a field a line. */
export function printFields(io: CliIo, fields: readonly (readonly [string, string])[]): void {
  const { width, colours } = screenOf(io);
  const columns: ListColumn<readonly [string, string]>[] = [
    { head: '', cell: ([name]) => name, raw: ([name]) => name, paint: colours.dim },
    { head: '', cell: ([, value]) => plain(value), raw: ([, value]) => value },
  ];
  if (width === null) for (const field of fields) io.out(tabbed(columns, field));
  else io.out(table(columns, fields, { width: Number.POSITIVE_INFINITY, head: null }));
}

/** A time for programs; empty when there is none. */
export function instant(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString();
}
