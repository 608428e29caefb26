import type { IncomingMessage } from 'node:http';
import type { GivingWay } from '../giving-way.ts';
import type { RequestReading } from './read.ts';

/** Whether a request shows the key of an active operator. */
export type Knows = (request: IncomingMessage, reading: RequestReading) => boolean;

/** Where requests for the API wait while there are checks. */
export class Lines {
  readonly #listsAndCreates: GivingWay;
  readonly #replicas: GivingWay;
  readonly #strangers: GivingWay;
  readonly #knows: Knows;
  /** What is posted here can wait: new tokens, and what replicas have counted. */
  readonly #patient: ReadonlySet<string>;
  readonly #feed: string;
  readonly #health: string;

  constructor(prefix: string, listsAndCreates: GivingWay, knows: Knows) {
    this.#listsAndCreates = listsAndCreates;
    this.#replicas = listsAndCreates.beside();
    this.#strangers = listsAndCreates.beside();
    this.#knows = knows;
    this.#patient = new Set([`${prefix}token`, `${prefix}usage`]);
    this.#feed = `${prefix}feed`;
    this.#health = `${prefix}health/`;
  }

  /** A check has come. */
  checked(): void {
    this.#listsAndCreates.checked();
    this.#replicas.checked();
    this.#strangers.checked();
  }

  /**
   * None for an operator who takes a right away, or may. Lists and creates can wait. Replicas cannot wait for those:
   * what they fetch takes rights away. Strangers wait behind strangers, and nobody else does.
   */
  of(request: IncomingMessage, reading: RequestReading): GivingWay | undefined {
    if (!this.#knows(request, reading)) return this.#strangers;
    const { method } = request;
    const path = reading.target.ok ? reading.target.path : '';
    if (method === 'POST') return this.#patient.has(path) ? this.#listsAndCreates : undefined;
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    return this.#isUrgent(path) ? this.#replicas : this.#listsAndCreates;
  }

  /** Who asks whether this server lives would take it for dead when it is busy. */
  #isUrgent(path: string): boolean {
    return path === this.#feed || path.startsWith(`${this.#feed}/`) || path.startsWith(this.#health);
  }
}
