import type { Head } from './change.ts';
import { type AccessRequest, decide } from './decide.ts';
import type { Digest } from './digest.ts';
import type { NameSource } from './found-token.ts';
import { loadTokens } from './packed.ts';
import { ageAt, decidingTime, type Instant } from './replica-age.ts';
import { SnapshotDamaged, SnapshotDecoder, type SnapshotPart } from './replica-snapshot-decoder.ts';
import {
  copyOf,
  type Origin,
  type Outcome,
  type ReplicaEvent,
  type ReplicaState,
  serves,
} from './replica-state.ts';
import { step } from './replica-step.ts';
import { TokenTable } from './token-table.ts';
import { DENY, type Verdict } from './verdict.ts';
import type { FeedRow } from './wire-feed.ts';

/** Milliseconds: a day. */
export const DEFAULT_MAX_STALENESS = 86_400_000;

interface Building {
  readonly decoder: SnapshotDecoder;
  readonly table: TokenTable;
  time: number;
  count: number;
}

export interface ReplicaOptions {
  readonly maxStaleness?: number;
  readonly names?: boolean;
  /** Whom principals ask for their names; the replica itself unless said otherwise. */
  readonly source?: NameSource;
}

/** What happens to a replica, but for the beginning and the end of snapshots: it makes those itself, from bytes. */
export type Happening = Exclude<ReplicaEvent, { kind: 'snapshot_begins' | 'snapshot_ends' }>;

/**
 * A copy of all tokens that follows a server by docs/replica.md. It reads no clock and opens no connection: whoever
 * drives it hands in what happens, and does what the outcome says.
 */
export class Replica {
  readonly #maxStaleness: number;
  readonly #names: boolean;
  readonly #source: NameSource;
  readonly #newTable: () => TokenTable;
  #state: ReplicaState = { kind: 'cold' };
  #tokens: TokenTable;
  #building: Building | undefined;

  /** `maxStaleness`, in milliseconds: a copy that is older serves no verdict. */
  constructor({ maxStaleness = DEFAULT_MAX_STALENESS, names = true, source }: ReplicaOptions = {}) {
    this.#maxStaleness = maxStaleness;
    this.#names = names;
    // A principal that is kept asks the table of now: it would hold all of an old one else.
    this.#source = source ?? { encodedName: (words, id) => this.#tokens.encodedName(words, id) };
    this.#newTable = () => new TokenTable({ names, source: this.#source });
    this.#tokens = this.#newTable();
  }

  /** Another one that has nothing, to be filled before this one adopts what it has. */
  aside(): Replica {
    return new Replica({ maxStaleness: this.#maxStaleness, names: this.#names, source: this.#source });
  }

  /** Takes over in one step all that the other has, where there is nothing yet. The other is not used any more. */
  adopt(other: Replica): void {
    if (this.#state.kind !== 'cold') return;
    this.#state = other.#state;
    this.#tokens = other.#tokens;
  }

  get state(): ReplicaState {
    return this.#state;
  }

  /** The place in the journal up to which everything is in here. */
  get position(): Head | undefined {
    return copyOf(this.#state)?.head;
  }

  get tokens(): Pick<TokenTable, 'find' | 'size'> {
    return this.#tokens;
  }

  /** How long ago, in milliseconds, the copy was known to be whole; Infinity without one. */
  age(now: Instant): number {
    const copy = copyOf(this.#state);
    return copy ? ageAt(copy.age, now) : Number.POSITIVE_INFINITY;
  }

  /** Whether verdicts rest on the copy now; without, all of them are `not_ready` or `stale`. */
  serves(now: Instant): boolean {
    return serves(this.#state, this.#maxStaleness, now);
  }

  /** The one decision. Never throws: what goes wrong inside is a refusal. */
  check(request: AccessRequest, now: Instant): Verdict {
    try {
      const copy = copyOf(this.#state);
      if (copy === null) return DENY.not_ready;
      if (!this.serves(now)) return DENY.stale;
      return decide(request, this.#tokens, decidingTime(copy.contact, now));
    } catch {
      return DENY.fault;
    }
  }

  take(event: Happening): Outcome {
    const { state, outcome } = step(this.#state, event);
    if (outcome.kind === 'applied' && !this.#put(outcome.row)) {
      return this.take({ kind: 'malformed', at: event.at });
    }
    this.#state = state;
    if (state.kind !== 'loading') this.#building = undefined;
    return outcome;
  }

  /** A snapshot that was asked for at `asked` begins to arrive. */
  beginSnapshot(origin: Origin, asked: Instant): Outcome {
    const { state, outcome } = step(this.#state, { kind: 'snapshot_begins', origin, asked, at: asked });
    this.#state = state;
    if (outcome.kind === 'loading') {
      this.#building = { decoder: new SnapshotDecoder(), table: this.#newTable(), time: 0, count: 0 };
    }
    return outcome;
  }

  /** The next bytes of the snapshot. Its last byte swaps the copy. */
  pushSnapshot(bytes: Uint8Array, at: Instant): Outcome {
    const building = this.#building;
    if (!building) return { kind: 'ignored', why: 'no_snapshot' };
    let head: Head | undefined;
    try {
      for (const part of building.decoder.push(bytes)) {
        if (part.kind === 'end') head = part.head;
        else build(building, part);
      }
      if (head && building.table.size !== building.count) throw new SnapshotDamaged('Tokens are missing.');
    } catch {
      return this.take({ kind: 'snapshot_fails', at });
    }
    return head ? this.#swap(building, head, at) : { kind: 'noted' };
  }

  #swap({ table, time }: Building, head: Head, at: Instant): Outcome {
    const { state, outcome } = step(this.#state, { kind: 'snapshot_ends', head, time, at });
    this.#state = state;
    this.#tokens = table;
    this.#building = undefined;
    return outcome;
  }

  /** False, and nothing has changed, for a row the table cannot hold. */
  #put(row: FeedRow): boolean {
    try {
      if (row.kind === 'token') this.#tokens.set(row.token);
      else if (row.kind === 'token_removed') this.#tokens.delete(row.token.digest as Digest);
      return true;
    } catch {
      return false;
    }
  }
}

function build(building: Building, part: Exclude<SnapshotPart, { kind: 'end' }>): void {
  if (part.kind === 'batch') {
    loadTokens(building.table, part.packed);
    // Else a server that never ends would fill the memory.
    if (building.table.size > building.count) throw new SnapshotDamaged('There are too many tokens.');
  } else {
    building.time = part.time;
    building.count = part.count;
    building.table.reserve(part.count);
  }
}
