import type { Writable } from 'node:stream';

/** Standard output did not take all that was printed. */
export class OutputLost extends Error {
  override readonly name = 'OutputLost';
  /** Whether its reader has gone and wants no more, as in `hallpass … | head`. */
  readonly unwanted: boolean;

  constructor(cause: NodeJS.ErrnoException) {
    super(cause.message, { cause });
    this.unwanted = cause.code === 'EPIPE';
  }
}

export interface Output {
  readonly print: (text: string) => void;
  /** Resolves when all that was printed has been taken. Rejects with OutputLost, from the first loss on. */
  readonly taken: () => Promise<void>;
}

export function outputTo(stream: Writable): Output {
  let lost: OutputLost | undefined;
  const note = (error?: Error | null) => {
    if (error) lost ??= new OutputLost(error);
  };
  let printed = false;
  stream.on('error', note);
  return {
    print: (text) => {
      printed = true;
      stream.write(text, note);
    },
    taken: () =>
      new Promise((resolve, reject) => {
        // Where nothing was printed, nothing can be lost; some places refuse to take even that.
        if (!printed) return resolve();
        stream.write('', (error) => {
          note(error);
          if (lost) reject(lost);
          else resolve();
        });
      }),
  };
}
