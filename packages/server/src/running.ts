import type { Config } from './config/settings.ts';
import type { Logger } from './log.ts';

/** A server that has started. */
export interface Running {
  readonly address: string;
  /** Resolves when accepted requests were answered and everything is on disk. */
  stop(): Promise<void>;
  /** Reads again what may change while it runs. */
  reload(): Promise<void>;
}

export interface StartOptions {
  readonly log: Logger;
  /** Prints a line for people. */
  readonly stdout: (line: string) => void;
}

/** Resolves when the server is ready to be asked. Rejects with a StoreError or StartError. */
export type Start = (config: Config, options: StartOptions) => Promise<Running>;
