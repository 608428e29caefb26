import { statSync } from 'node:fs';
import { environment } from '../config.ts';
import type { CliIo } from './io.ts';

const REDRAWN_EVERY = 100;
const CELLS = 24;

function bar(part: number): string {
  const full = Math.round(Math.min(1, Math.max(0, part)) * CELLS);
  return `[${'#'.repeat(full)}${'.'.repeat(CELLS - full)}]`;
}

/** Shows on a terminal how far work is, by `part` of 0 to 1 and in a line that is gone when it has ended. */
export async function withProgress<T>(
  { stderr }: CliIo,
  label: string,
  part: () => number,
  work: () => Promise<T>,
): Promise<T> {
  if (!stderr.isTTY || environment['TERM'] === 'dumb') return work();
  const draw = (): void => void stderr.write(`\r${label} ${bar(part())}`);
  const timer = setInterval(draw, REDRAWN_EVERY);
  draw();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    stderr.write('\r\x1b[2K');
  }
}

/** How large a file is by now, for what grows in one. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
