import type { Head } from '@hallpass/core/change';
import type { Replica } from '@hallpass/core/replica';
import { elapsed, type Instant } from '@hallpass/core/replica-age';
import { type Hindrance, nextAttempt, waitBefore } from '@hallpass/core/replica-back-off';
import { formatPosition } from '@hallpass/core/replica-position';
import type { Doubt, Outcome } from '@hallpass/core/replica-state';
import type { Frame } from '@hallpass/core/wire-feed';
import type { Malformed } from '@hallpass/core/wire-feed-reader';
import { Confirmations } from './confirmations.ts';
import type { Feed } from './feed.ts';
import { FeedError } from './feed-error.ts';
import type { Trouble } from './guard.ts';
import type { Recording } from './recording.ts';
import { Stream } from './stream.ts';
import type { Cancel, Surroundings } from './surroundings.ts';

const TICK = 1_000;
/** Milliseconds within which a stream begins, or something holds it back. */
const BEGINS_WITHIN = 5_000;
/** As often as heartbeats come. */
const POLL = 5_000;
/** Milliseconds behind which a network that held streams back is tried again. */
const POLL_FOR = 600_000;

/** How an attempt ended. */
interface Ending {
  readonly hindrance: Hindrance;
  /** Milliseconds asked for by the server. */
  readonly after: number;
  readonly spread: number;
  readonly trouble?: Trouble;
  /** The next attempt is no new one: go on at once. */
  readonly goesOn?: boolean;
}

const CUT: Ending = { hindrance: 'unreachable', after: 0, spread: 0 };
const ON: Ending = { ...CUT, goesOn: true };
const NO_BEGINNING: Trouble = {
  code: 'unreachable',
  message:
    'The stream does not begin. Something on the way seems to hold it back; changes are fetched by polling.',
};

/** Why a stream is given up that may be all a server sent. */
const HONEST: ReadonlySet<Doubt> = new Set<Doubt>(['reset', 'resume', 'cut', 'silent', 'late']);

function damaged(why: Doubt): Trouble {
  const message = `The stream that came is not what the server holds (${why}). It is asked for again.`;
  return { code: 'damaged', message };
}

export interface FollowerOptions {
  readonly replica: Replica;
  readonly feed: Feed;
  readonly recording: Recording;
  readonly surroundings: Surroundings;
  /** Called whenever something may have changed. */
  readonly onProgress: () => void;
  /** Called when a stream has brought what it was asked for: what stood in the way is over. */
  readonly onSound: () => void;
  readonly onTrouble: (trouble: Trouble) => void;
}

/** Drives a replica by docs/replica.md: one stream at a time, from one attempt to the next, until it is closed. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #replica: Replica;
  readonly #now: () => Instant;
  readonly #recording: Recording;
  readonly #confirmations: Confirmations;
  #wanted: 'tail' | 'snapshot' = 'snapshot';
  #polling: Instant | undefined;
  #healthySince: Instant | undefined;
  #attempt = -1;
  /** A snapshot was loaded, and no stream has begun since. */
  #unfollowed = false;
  #controller = new AbortController();
  /** Why what is open was given up from outside. */
  #givenUp: Ending | undefined;
  #closed = false;
  #wake: Cancel = () => {};
  #cancelTick: Cancel = () => {};

  constructor(options: FollowerOptions) {
    const { replica, feed, recording, surroundings } = options;
    this.#options = options;
    this.#replica = replica;
    this.#now = surroundings.now;
    this.#recording = recording;
    this.#confirmations = new Confirmations((body) => feed.post('/feed/applied', body));
  }

  /** Resolves once it is closed. */
  async run(): Promise<void> {
    if (this.#replica.position) this.#wanted = 'tail';
    this.#tickLater();
    while (!this.#closed) {
      const ending = await this.#once();
      if (this.#closed) return;
      if (ending.trouble) this.#options.onTrouble(ending.trouble);
      this.#options.onProgress();
      if (!ending.goesOn) await this.#pause(ending);
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancelTick();
    this.#recording.close();
    this.#controller.abort();
    this.#wake();
  }

  #tickLater(): void {
    this.#cancelTick = this.#options.surroundings.later(TICK, () => {
      if (this.#closed) return;
      const ending = this.#endingOf(this.#replica.take({ kind: 'tick', at: this.#now() }));
      if (ending) {
        // Held back behind its hello, it seems: the other way may pass.
        this.#polling ??= this.#now();
        this.#giveUp(ending);
      }
      this.#options.onProgress();
      this.#tickLater();
    });
  }

  #pause({ hindrance, after, spread }: Ending): Promise<void> {
    const healthyFor = this.#healthySince ? elapsed(this.#healthySince, this.#now()) : 0;
    this.#healthySince = undefined;
    this.#attempt = nextAttempt(this.#attempt, healthyFor);
    const { chance, later } = this.#options.surroundings;
    const ms = waitBefore({ attempt: this.#attempt, hindrance, after, spread }, chance);
    return new Promise((resolve) => {
      const cancel = later(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #giveUp(ending: Ending): void {
    this.#givenUp ??= ending;
    this.#controller.abort();
  }

  async #once(): Promise<Ending> {
    this.#controller = new AbortController();
    this.#givenUp = undefined;
    try {
      if (this.#wanted === 'snapshot') await this.#load();
      return await this.#follow();
    } catch (error) {
      return this.#givenUp ?? this.#endingOfError(error);
    } finally {
      this.#controller.abort();
    }
  }

  #endingOfError(error: unknown): Ending {
    if (!(error instanceof FeedError)) return CUT;
    const { hindrance, after, code, message } = error;
    return { hindrance, after, spread: 0, trouble: { code, message } };
  }

  async #load(): Promise<void> {
    const { asked, bytes } = await this.#options.feed.snapshot(this.#controller.signal);
    this.#replica.beginSnapshot('server', asked);
    try {
      await this.#recording.begin();
      for await (const chunk of bytes) {
        this.#recording.write(chunk);
        const outcome = this.#replica.pushSnapshot(chunk, this.#now());
        if (outcome.kind === 'resync') throw new FeedError('damaged', 'The snapshot that came was damaged.');
        if (outcome.kind === 'swapped') return this.#loaded();
        await this.#recording.flushed();
      }
      throw new FeedError('unreachable', 'The snapshot broke off before its end.');
    } finally {
      if (this.#replica.state.kind === 'loading') {
        this.#recording.abandon();
        this.#replica.take({ kind: 'snapshot_fails', at: this.#now() });
      }
    }
  }

  #loaded(): void {
    this.#wanted = 'tail';
    this.#unfollowed = true;
    void this.#recording.commit();
    this.#options.onProgress();
  }

  async #follow(): Promise<Ending> {
    const { position } = this.#replica;
    if (!position) return CUT;
    await this.#recording.readKey();
    // It counts as confirmed by being asked from, where it outlives this process.
    const kept = await this.#recording.kept();
    if (this.#polling && elapsed(this.#polling, this.#now()) > POLL_FOR) this.#polling = undefined;
    const polls = this.#polling !== undefined;
    const stream = new Stream(polls);
    const cancel = this.#watchBeginning(polls);
    try {
      const poll = polls ? POLL : undefined;
      const from = { place: formatPosition(position), kept };
      const { asked, bytes } = await this.#options.feed.stream(from, poll, this.#controller.signal);
      for await (const chunk of bytes) {
        const ending = this.#takeChunk(stream, chunk, asked, cancel);
        this.#options.onProgress();
        if (ending) return ending;
      }
      const rest = this.#endingOf(this.#replica.take({ kind: 'cut', at: this.#now() })) ?? CUT;
      return stream.ended(asked, this.#now()) ? ON : this.#unpolled(rest);
    } catch (error) {
      this.#replica.take({ kind: 'cut', at: this.#now() });
      if (polls) this.#polling = undefined;
      throw error;
    } finally {
      cancel();
    }
  }

  #unpolled(ending: Ending): Ending {
    this.#polling = undefined;
    return ending;
  }

  /** A stream that does not begin is asked for as answers that end from now on; one of those is given up. */
  #watchBeginning(polls: boolean): Cancel {
    return this.#options.surroundings.later(polls ? POLL + BEGINS_WITHIN : BEGINS_WITHIN, () => {
      if (!polls) this.#polling = this.#now();
      this.#giveUp(polls ? CUT : { ...CUT, trouble: NO_BEGINNING });
    });
  }

  #takeChunk(stream: Stream, chunk: Uint8Array, asked: Instant, begun: Cancel): Ending | undefined {
    for (const frame of stream.reader.push(chunk)) {
      if (this.#closed) return CUT;
      const at = this.#now();
      const event =
        frame.kind === 'hello' ? ({ ...frame, origin: 'server', asked, at } as const) : { ...frame, at };
      const outcome = this.#replica.take(event);
      const ending = this.#endingOf(outcome, frame);
      if (ending) return frame.kind === 'reset' && this.#isNewHistory(stream) ? ON : ending;
      if (frame.kind === 'hello') {
        begun();
        this.#unfollowed = false;
        this.#healthySince ??= at;
        stream.replica = frame.replica;
      }
      // A hello says little: one that is damaged at every attempt has one each time.
      if (frame.kind === 'heartbeat' && outcome.kind === 'noted' && !stream.polls) this.#options.onSound();
      stream.note(frame);
      this.#recording.note(frame, outcome, at);
      if (outcome.kind === 'confirm') this.#confirm(stream.replica, outcome.position);
    }
    const { position } = this.#replica;
    if (position) this.#recording.renewIfDue(position);
    return undefined;
  }

  /** Asked for a stream the server has another history: it was waited for, and its snapshot need not be. */
  #isNewHistory({ replica }: Stream): boolean {
    return replica === '' && !this.#unfollowed;
  }

  /** A confirmed place outlives this process: no file is left that lacks it. Else the server goes on asking. */
  #confirm(replica: string, position: Head): void {
    void this.#recording.kept().then((kept) => {
      if (kept && !this.#closed) this.#confirmations.send({ replica, position: formatPosition(position) });
    });
  }

  #endingOf(outcome: Outcome, frame?: Frame | Malformed): Ending | undefined {
    if (outcome.kind !== 'resync') return undefined;
    this.#wanted = outcome.by;
    if (frame?.kind === 'resume') return { ...CUT, spread: frame.spread };
    const ending: Ending = outcome.by === 'snapshot' ? { ...CUT, hindrance: 'damaged' } : CUT;
    return HONEST.has(outcome.reason) ? ending : { ...ending, trouble: damaged(outcome.reason) };
  }
}
