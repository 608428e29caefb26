import { writeSync } from 'node:fs';

const STANDARD_OUTPUT = 1;
const RETRY_AFTER = 100;
/** So many bytes wait while standard output takes nothing; lines that come then are lost. */
const MOST_WAITING = 64 * 1024;

/**
 * Standard output as the log's place. A full disk, a reader that is slow or one that has gone cost lines, and never a
 * request: nothing is waited for, and nothing fails.
 */
export class LogOutput {
  #waiting: Buffer = Buffer.alloc(0);
  #retry: NodeJS.Timeout | undefined;
  #gone = false;

  write(line: string): void {
    if (this.#gone || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting = Buffer.concat([this.#waiting, Buffer.from(line)]);
    if (this.#retry === undefined) this.#flush();
  }

  #flush(): void {
    this.#retry = undefined;
    try {
      while (this.#waiting.length > 0)
        this.#waiting = this.#waiting.subarray(writeSync(STANDARD_OUTPUT, this.#waiting));
    } catch (error) {
      this.#gone = error instanceof Error && 'code' in error && error.code === 'EPIPE';
      if (!this.#gone) this.#retry = setTimeout(() => this.#flush(), RETRY_AFTER).unref();
    }
  }
}
