import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Surroundings } from '@hallpass/sdk/surroundings';

interface Timer {
  readonly due: number;
  readonly act: () => void;
}

const TURNS = 20;
const MOST_STEPS = 2_000;

/** A world whose clock stands still until it is moved on. */
export class World implements Surroundings {
  wall = 1_800_000_000_000;
  monotonic = 0;
  readonly warnings: string[] = [];
  readonly host = 'test';
  readonly random = randomBytes;
  fetch: typeof fetch;
  chance: () => number = () => 0.5;
  #timers = new Set<Timer>();

  constructor(network: typeof fetch) {
    this.fetch = network;
  }

  readonly now = () => ({ wall: this.wall, monotonic: this.monotonic });

  readonly later = (ms: number, act: () => void) => {
    const timer = { due: this.monotonic + ms, act };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  readonly warn = (message: string) => void this.warnings.push(message);

  /** Lets everything happen that needs no time. */
  async rest(): Promise<void> {
    for (let i = 0; i < TURNS; i++) await turn();
  }

  /** Time passes, and what is due in it happens when it is due. */
  async pass(ms: number): Promise<void> {
    const end = this.monotonic + ms;
    await this.rest();
    for (let next = this.#next(); next && next.due <= end; next = this.#next()) {
      this.#moveTo(next.due);
      this.#timers.delete(next);
      next.act();
      await this.rest();
    }
    this.#moveTo(end);
  }

  /** Time passes from one timer to the next until it is so. */
  async until(holds: () => boolean): Promise<void> {
    await this.rest();
    for (let i = 0; !holds(); i++) {
      const next = this.#next();
      if (!next || i === MOST_STEPS) throw new Error('It never came to be.');
      await this.pass(Math.max(0, next.due - this.monotonic));
    }
  }

  /** Waits for disks and sockets without letting time pass. */
  async whenReal(holds: () => boolean): Promise<void> {
    while (!holds()) await turn();
  }

  /** Lets time pass in small steps, with much room for disks between them, until it is so. */
  async untilReal(holds: () => boolean): Promise<void> {
    while (!holds()) {
      for (let i = 0; i < 10 && !holds(); i++) await this.rest();
      if (!holds()) await this.pass(200);
    }
  }

  #next(): Timer | undefined {
    return [...this.#timers].sort((a, b) => a.due - b.due)[0];
  }

  #moveTo(monotonic: number): void {
    this.wall += monotonic - this.monotonic;
    this.monotonic = monotonic;
  }
}
