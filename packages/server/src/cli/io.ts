import type { Config } from '../config/settings.ts';
import type { Logger } from '../log.ts';

/** A server that has started. */
export interface Running {
  readonly address: string;
  /** Resolves when accepted requests were answered and everything is on disk. */
  stop(): Promise<void>;
  /** Reads again what may change while it runs. */
  reload(): Promise<void>;
}

/** Resolves when the server is ready to be asked. Rejects with a StoreError or StartError. */
export type Start = (
  config: Config,
  options: { readonly log: Logger; readonly stdout: (line: string) => void },
) => Promise<Running>;

/** What a verb may do to the world outside. */
export interface CliIo {
  /** Data, to standard output. */
  readonly out: (text: string) => void;
  /** Talk, to standard error. */
  readonly err: (text: string) => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  readonly start: Start;
}
