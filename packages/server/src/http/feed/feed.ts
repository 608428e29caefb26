import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Head } from '@hallpass/core/change';
import type { Clock } from '@hallpass/core/clock';
import { HallpassError } from '@hallpass/core/errors';
import { formatPosition } from '@hallpass/core/replica-position';
import type { WireConfirmation } from '@hallpass/core/wire';
import { encodeFrame } from '@hallpass/core/wire-feed';
import type { Live } from '../../live.ts';
import type { Logger } from '../../log.ts';
import type { JournalEntry, Store } from '../../store/store.ts';
import { catchUp } from './catch-up.ts';
import { type Follower, mayFollow, resetFor } from './follower.ts';
import { Recent, type Rows } from './recent.ts';
import { type Replica, Replicas } from './replicas.ts';
import type { Round } from './round.ts';
import { ENDINGS, type Ending, Stream, sendFrames } from './stream.ts';

export interface FeedOptions {
  readonly store: Store;
  readonly live: Pick<Live, 'operators' | 'revision'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly maxStreams: number;
}

const HEARTBEAT_MS = 4_000;
const SWEEP_MS = 500;
/** A client that reads nothing for so long while older rows are sent is cut. */
const BLOCKED_MS = 10_000;
/** Between two rounds of confirmations that somebody waits for, for each stream. */
const WAITED_MS = 0.25;
/** Between two questions to one replica when nobody waits: so long, and longer for each stream. */
const UNASKED_MS = 1_000;
const UNASKED_EACH_MS = 5;
/** How the streams of a server that stops are spread over the time after, for each of them. */
const RETURN_MS = 2;

/** So many streams are written to in one turn of the event loop. */
const SLICE = 64;

/** So long is the pause behind a round, as a part of what it took: changes gather in it, and cost one write together. */
const PAUSE = 0.5;

/** The journal as streams. It says only what was committed, and leaves nothing out for anybody. */
export class Feed {
  readonly replicas: Replicas = new Replicas();
  /** Streams that have ended, for the metrics. */
  readonly ended: Record<Ending, number>;
  readonly #options: FeedOptions;
  readonly #recent: Recent;
  readonly #streams = new Set<Stream>();
  readonly #timers: readonly NodeJS.Timeout[];
  #opening = 0;
  #stopped = false;
  #scheduled = false;
  #round: Round | undefined;
  /** When the next round of writing may begin. */
  #nextRound = 0;
  /** The newest revision everybody was asked about, and when they may be asked again. */
  #asked = 0;
  #nextAsking = 0;

  /** To be made before the server's first commit. */
  static async open(options: FeedOptions): Promise<Feed> {
    return new Feed(options, await options.store.readHead());
  }

  private constructor(options: FeedOptions, head: Head) {
    this.#options = options;
    this.#recent = new Recent(head);
    this.ended = Object.fromEntries(ENDINGS.map((ending) => [ending, 0])) as Record<Ending, number>;
    options.store.follow((entries) => this.#publish(entries));
    const beat = setInterval(() => void this.#beat([...this.#streams]), HEARTBEAT_MS);
    const sweep = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#timers = [beat.unref(), sweep.unref()];
  }

  /** For how many milliseconds a replica has lacked a change, as far as it has confirmed; 0: it lacks none. */
  ageOf({ confirmed, confirmedAt }: Replica, head: number, now: number): number {
    if (confirmed >= head) return 0;
    return Math.max(0, now - (this.#recent.timeOf(confirmed + 1) ?? confirmedAt));
  }

  /** Answers with a stream. `begin` hands over the response; before that nothing of it was used, and it may throw. */
  async follow(follower: Follower, begin: () => ServerResponse): Promise<void> {
    const { store, clock, maxStreams } = this.#options;
    this.#requireRunning();
    if (this.#streams.size + this.#opening >= maxStreams) {
      throw new HallpassError('feed_full', 'As many replicas as may are connected. Come back later.');
    }
    this.#opening++;
    try {
      const time = clock();
      const { revision } = follower.from;
      // Most of those that come back lack little: they need not wait for the database.
      const place = this.#recent.find(revision) ?? (await store.findPlace(revision));
      this.#requireRunning();
      const reason = resetFor(follower.from, place);
      if (reason) sendFrames(begin(), follower.requestId, encodeFrame({ kind: 'reset', reason }));
      else this.#begin(follower, begin(), time, place.head.revision);
    } finally {
      this.#opening--;
    }
  }

  /** Waits until every replica has confirmed all that was committed so far, at most for so many milliseconds. */
  wait(ms: number): Promise<WireConfirmation> {
    const { live, clock } = this.#options;
    const waited = this.replicas.wait(live.revision, this.#stopped ? 0 : ms, clock());
    this.#schedule();
    return waited;
  }

  /** Sends everybody away, to come back to whoever takes over. */
  stop(): void {
    this.#advance([...this.#streams], 0);
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    const spread = Math.max(1_000, this.#streams.size * RETURN_MS);
    for (const stream of this.#streams) stream.resume('shutdown', spread);
    this.replicas.stop();
  }

  #requireRunning(): void {
    if (this.#stopped) throw new HallpassError('not_ready', 'The server is stopping. Try again in a moment.');
  }

  #begin(follower: Follower, response: ServerResponse, time: number, head: number): void {
    const { operator, from, kept, requestId } = follower;
    const poll = follower.poll !== null;
    const confirmed = kept ? from.revision : 0;
    const replica = this.replicas.connect(follower.name, operator, poll, confirmed, time);
    const start = { operator, replica, poll, place: from, requestId };
    const stream = new Stream(response, start, (ended, ending) => {
      this.ended[ending]++;
      this.#streams.delete(ended);
      this.replicas.leave(replica, this.#options.clock());
    });
    this.#streams.add(stream);
    stream.send(encodeFrame({ kind: 'hello', position: from, time, head, replica: replica.name }));
    // What its operator may was looked at before the journal was.
    if (this.#endUnlessAllowed(stream)) void this.#serve(stream, follower.poll);
  }

  async #serve(stream: Stream, poll: number | null): Promise<void> {
    const { revision } = stream.place;
    await this.#catchUp(stream);
    if (stream.ended) return;
    if (this.replicas.waitedFor > stream.replica.confirmed) this.#ask(stream);
    if (stream.place.revision > revision) await this.#beat([stream]);
    else if (poll !== null) setTimeout(() => void this.#beat([stream]), poll).unref();
  }

  async #catchUp(stream: Stream): Promise<void> {
    const { store, clock, log } = this.#options;
    const source = { store, clock, recent: this.#recent };
    try {
      await catchUp(stream, source);
    } catch (err) {
      log.error({ err, revision: stream.place.revision }, 'the journal could not be read for a replica');
      stream.end('fault');
    }
  }

  #publish(entries: readonly JournalEntry[]): void {
    this.#recent.push(entries);
    if (entries.some(({ kind }) => kind === 'operator' || kind === 'operator_removed')) {
      for (const stream of this.#streams) this.#endUnlessAllowed(stream);
    }
    this.#schedule();
  }

  /** Soon, together with what comes in the same moment; and never so often that nothing else gets a turn. */
  #schedule(): void {
    if (this.#scheduled || this.#stopped || this.#streams.size === 0) return;
    this.#scheduled = true;
    const wait = this.#round ? 0 : this.#nextRound - this.#options.clock();
    if (wait > 0) setTimeout(() => this.#write(), wait);
    else setImmediate(() => this.#write());
  }

  /** The next slice of a round. */
  #write(): void {
    const { clock } = this.#options;
    this.#scheduled = false;
    if (this.#stopped) return;
    const began = clock();
    const round = this.#round ?? this.#newRound(began);
    const slice = round.streams.slice(round.at, round.at + SLICE);
    this.#advance(slice, round.asks ? round.goal : 0);
    round.at += slice.length;
    const ended = clock();
    round.ms += ended - began;
    this.#round = round.at < round.streams.length ? round : undefined;
    if (!this.#round) this.#endRound(round, ended);
    else this.#schedule();
  }

  #newRound(now: number): Round {
    const goal = this.#recent.head.revision;
    const asks = this.replicas.waitedFor > this.#asked && now >= this.#nextAsking;
    if (asks) this.#nextAsking = now + this.#streams.size * WAITED_MS;
    return { streams: [...this.#streams], goal, asks, at: 0, ms: 0 };
  }

  #endRound({ goal, asks, ms }: Round, now: number): void {
    this.#nextRound = now + ms * PAUSE;
    if (asks) this.#asked = goal;
    if (this.#recent.head.revision > goal) this.#schedule();
    else if (this.replicas.waitedFor > this.#asked) {
      setTimeout(() => this.#schedule(), Math.max(0, this.#nextAsking - now)).unref();
    }
  }

  /** Gives streams what they lack, and asks those that have not confirmed `wanted`. */
  #advance(streams: readonly Stream[], wanted: number): void {
    const news = new Map<number, Rows | undefined>();
    const polled: Stream[] = [];
    for (const stream of streams) {
      if (!stream.live || stream.ended) continue;
      const { revision } = stream.place;
      if (revision < this.#recent.head.revision) {
        if (!news.has(revision)) news.set(revision, this.#recent.behind(revision, Number.POSITIVE_INFINITY));
        const rows = news.get(revision);
        if (!rows) {
          stream.live = false;
          void this.#serve(stream, null);
          continue;
        }
        const { revision: last, chain } = rows.last;
        stream.advance(rows.bytes, { epoch: stream.place.epoch, revision: last, chain });
        if (stream.poll) polled.push(stream);
      }
      if (stream.replica.confirmed < wanted) this.#ask(stream);
    }
    if (polled.length > 0) void this.#beat(polled);
  }

  #ask(stream: Stream): void {
    const { place, replica } = stream;
    stream.askedAt = this.#options.clock();
    this.replicas.ask(replica, formatPosition(place), place.revision);
    stream.send(encodeFrame({ kind: 'confirm', position: place }));
  }

  /** Says where the store's head is. The time is that before it was read: so old is what is known of it. */
  async #beat(streams: readonly Stream[]): Promise<void> {
    if (!streams.some(({ ended }) => !ended)) return;
    const { store, clock, log } = this.#options;
    const time = clock();
    try {
      const { revision } = await store.readHead();
      const frames = new Map<number, Uint8Array>();
      for (let at = 0; at < streams.length; at += SLICE) {
        if (at > 0) await nextTurn();
        const slice = streams.slice(at, at + SLICE);
        this.#advance(slice, 0);
        for (const stream of slice) {
          if (stream.ended || (stream.poll && !stream.live)) continue;
          const position = stream.place;
          // What was committed since it was read may be in the stream already.
          const head = Math.max(revision, position.revision);
          const known = frames.get(position.revision);
          const frame = known ?? encodeFrame({ kind: 'heartbeat', position, time, head });
          frames.set(position.revision, frame);
          stream.send(frame);
          if (stream.poll) stream.end('polled');
        }
      }
    } catch (err) {
      if (this.#stopped) return;
      log.warn({ err, count: streams.length }, 'the head could not be read; replicas get no heartbeat');
    }
  }

  /** False when its operator may not follow any more. */
  #endUnlessAllowed(stream: Stream): boolean {
    const { live, clock } = this.#options;
    if (mayFollow(stream.operator, live.operators, clock())) return true;
    stream.end('operator');
    return false;
  }

  #sweep(): void {
    const now = this.#options.clock();
    this.replicas.forget(now);
    const pause = Math.max(UNASKED_MS, this.#streams.size * UNASKED_EACH_MS);
    for (const stream of this.#streams) {
      if (!this.#endUnlessAllowed(stream)) continue;
      const { blockedSince, live, replica, place, askedAt } = stream;
      if (blockedSince !== null && now - blockedSince > BLOCKED_MS) stream.resume('slow', 0);
      else if (live && replica.confirmed < place.revision && now - askedAt >= pause) this.#ask(stream);
    }
  }
}
