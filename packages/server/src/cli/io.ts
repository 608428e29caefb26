import type { ReadStream, WriteStream } from 'node:tty';
import type { Clock } from '@hallpass/core/clock';
import type { RandomBytes } from '@hallpass/core/token';
import type { Start } from '../running.ts';

/** What a verb may do to the world outside. */
export interface CliIo {
  /** Data, to standard output. */
  readonly out: (text: string) => void;
  /** Resolves when all data has been taken. Rejects with OutputLost when some was not. */
  readonly taken: () => Promise<void>;
  /** Talk, to standard error. */
  readonly err: (text: string) => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  readonly start: Start;
  readonly now: Clock;
  readonly random: RandomBytes;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
}
