import { constants, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD_OUTPUT = 1;
const RETRY_AFTER = 100;
/** So many characters of one turn are written without waiting for its end. */
const MOST_IN_A_TURN = 16 * 1024;
/** So many bytes wait while standard output takes nothing; lines that come then are lost. */
const MOST_WAITING = 64 * 1024;

/** A paused terminal keeps its writers waiting; opened anew, it tells them instead, and the shell's own stays as it is. */
function openOutput(): number {
  if (!isatty(STANDARD_OUTPUT)) return STANDARD_OUTPUT;
  try {
    return openSync('/dev/fd/1', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return STANDARD_OUTPUT;
  }
}

/**
 * Standard output as the log's place: the lines of one turn of the event loop are written together at its end. A full
 * disk, a paused terminal, a reader that is slow or one that has gone cost lines, and never a request: nothing is waited for, and nothing
 * fails.
 */
export class LogOutput {
  readonly #output = openOutput();
  #lines = '';
  #waiting: Buffer = Buffer.alloc(0);
  #endOfTurn: NodeJS.Immediate | undefined;
  #gone = false;

  constructor() {
    process.once('exit', () => this.#flush());
  }

  write(line: string): void {
    if (this.#gone || this.#waiting.length + this.#lines.length >= MOST_WAITING) return;
    this.#lines += line;
    if (this.#waiting.length > 0) return;
    if (this.#lines.length >= MOST_IN_A_TURN) this.#flush();
    else this.#endOfTurn ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearImmediate(this.#endOfTurn);
    this.#endOfTurn = undefined;
    this.#waiting = Buffer.concat([this.#waiting, Buffer.from(this.#lines)]);
    this.#lines = '';
    try {
      while (this.#waiting.length > 0)
        this.#waiting = this.#waiting.subarray(writeSync(this.#output, this.#waiting));
    } catch (error) {
      this.#gone = error instanceof Error && 'code' in error && error.code === 'EPIPE';
      if (!this.#gone) setTimeout(() => this.#flush(), RETRY_AFTER).unref();
    }
  }
}
