import { createColors } from 'picocolors';
import { environment } from '../config.ts';
import type { CliIo } from './io.ts';

type Colours = ReturnType<typeof createColors>;

export interface Screen {
  /** Cells in a line of standard output; null when that is no terminal. */
  readonly width: number | null;
  readonly colours: Colours;
}

const WIDTH = 80;

function isColoured(stream: { readonly isTTY: boolean }): boolean {
  return stream.isTTY && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}

export function screenOf({ stdout }: CliIo): Screen {
  return { width: stdout.isTTY ? stdout.columns || WIDTH : null, colours: createColors(isColoured(stdout)) };
}

/** Whether there is somebody to ask. */
export function canAsk({ input = true }: { readonly input?: boolean }, { stdin, stderr }: CliIo): boolean {
  return input && Boolean(stdin.isTTY && stderr.isTTY) && environment['TERM'] !== 'dumb';
}

/** Standard error for questions: without colours when those are not wanted. */
export function questionScreen({ stderr }: CliIo): CliIo['stderr'] {
  if (isColoured(stderr)) return stderr;
  return Object.create(stderr, {
    write: { value: (text: string) => stderr.write(String(text).replace(/\x1b\[[\d;]*m/g, '')) },
  });
}
