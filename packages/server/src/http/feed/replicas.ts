import type { OperatorState } from '@hallpass/core/change';
import type { WireConfirmation } from '@hallpass/core/wire';

/** One copy in another process, as the server knows it. Times are milliseconds since the epoch. */
export interface Replica {
  readonly name: string;
  readonly operator: OperatorState;
  readonly poll: boolean;
  readonly connectedAt: number;
  /** The newest revision it is known to have applied, and since when that is known. */
  confirmed: number;
  confirmedAt: number;
  /** Null while it has a connection. */
  leftAt: number | null;
  /** The places it was asked to confirm and has not yet. */
  asked: { readonly position: string; readonly revision: number }[];
}

interface Waiting {
  readonly revision: number;
  readonly all: Set<Replica>;
  readonly pending: Set<Replica>;
  readonly settle: () => void;
}

/** How long a replica between two polls counts as connected, and one that has left keeps its name. */
const POLLING_MS = 15_000;
const REMEMBERED_MS = 60_000;
const MOST_ASKED = 64;

/** Who follows, how far each has come, and who waits for them. */
export class Replicas {
  readonly #byName = new Map<string, Replica>();
  readonly #waiting = new Set<Waiting>();

  /** The newest revision somebody waits for; 0 when nobody does. */
  get waitedFor(): number {
    let newest = 0;
    for (const { revision, pending } of this.#waiting) {
      if (pending.size > 0) newest = Math.max(newest, revision);
    }
    return newest;
  }

  /** Under the name it gave itself, or that with a number behind it while another has it. It has all up to `confirmed`. */
  connect(wanted: string, operator: OperatorState, poll: boolean, confirmed: number, now: number): Replica {
    let name = wanted;
    for (let i = 2; !isFree(this.#byName.get(name), operator); i++) name = `${wanted}-${i}`;
    const known = this.#byName.get(name);
    const fresh = { name, operator, poll, connectedAt: now, confirmed, confirmedAt: now };
    // The same object while it is remembered, because whoever waits knows it by that.
    const replica: Replica = Object.assign(known ?? {}, { ...fresh, leftAt: null, asked: [] });
    this.#byName.set(name, replica);
    for (const waiting of this.#waiting) {
      waiting.all.add(replica);
      waiting.pending.add(replica);
    }
    this.#progress(replica);
    return replica;
  }

  leave(replica: Replica, now: number): void {
    replica.leftAt = now;
  }

  /** A confirm was sent to it at this place. */
  ask(replica: Replica, position: string, revision: number): void {
    if (replica.asked.at(-1)?.position === position) return;
    replica.asked.push({ position, revision });
    if (replica.asked.length > MOST_ASKED) replica.asked.shift();
  }

  /** False when this operator's replica was not asked about that place. */
  confirm(name: string, operator: OperatorState, position: string, now: number): boolean {
    const replica = this.#byName.get(name);
    if (replica?.operator.id !== operator.id) return false;
    const at = replica.asked.findIndex((asked) => asked.position === position);
    const asked = replica.asked[at];
    if (!asked) return false;
    replica.asked.splice(0, at + 1);
    replica.confirmed = Math.max(replica.confirmed, asked.revision);
    replica.confirmedAt = now;
    this.#progress(replica);
    return true;
  }

  /** Those that are connected, in the order in which they came. */
  connected(now: number): Replica[] {
    return [...this.#byName.values()].filter((replica) => isConnected(replica, now));
  }

  /** Resolves when all that are or come to be connected have applied `revision`, or after `ms`. */
  async wait(revision: number, ms: number, now: number): Promise<WireConfirmation> {
    const all = new Set(this.connected(now));
    const pending = new Set([...all].filter(({ confirmed }) => confirmed < revision));
    if (pending.size > 0) {
      await new Promise<void>((resolve) => {
        const settle = () => {
          clearTimeout(timer);
          this.#waiting.delete(waiting);
          resolve();
        };
        const timer = setTimeout(settle, ms);
        const waiting = { revision, all, pending, settle };
        this.#waiting.add(waiting);
      });
    }
    const names = [...pending].map(({ name }) => name);
    return { revision, replicas: { confirmed: all.size - pending.size, pending: names } };
  }

  /** Answers all who wait with what is known. */
  stop(): void {
    for (const { settle } of this.#waiting) settle();
  }

  /** Gives up the names of those that left long ago. To be called now and then. */
  forget(now: number): void {
    for (const { name, leftAt } of this.#byName.values()) {
      if (leftAt !== null && now - leftAt > REMEMBERED_MS) this.#byName.delete(name);
    }
  }

  #progress(replica: Replica): void {
    for (const { revision, pending, settle } of this.#waiting) {
      if (replica.confirmed < revision || !pending.delete(replica)) continue;
      if (pending.size === 0) settle();
    }
  }
}

function isFree(replica: Replica | undefined, operator: OperatorState): boolean {
  return replica === undefined || (replica.leftAt !== null && replica.operator.id === operator.id);
}

function isConnected({ leftAt, poll }: Replica, now: number): boolean {
  return leftAt === null || (poll && now - leftAt < POLLING_MS);
}
