import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import type { TestContext } from 'node:test';
import type { Head } from '@hallpass/core/change';
import { Replica } from '@hallpass/core/replica';
import { formatPosition } from '@hallpass/core/replica-position';
import type { Outcome } from '@hallpass/core/replica-state';
import type { Frame } from '@hallpass/core/wire-feed';
import { FrameReader } from '@hallpass/core/wire-feed-reader';
import { atEnd, OWNER_KEY } from '../server.ts';

export interface FollowOptions {
  readonly key?: string;
  readonly name?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly socketPath?: string;
}

export const FEED = { 'Hallpass-Feed': '1' };

/** One answer of the feed, frame by frame. Nothing here waits for a time: only for what arrives. */
export class Connection {
  readonly frames: Frame[] = [];
  readonly response: IncomingMessage;
  readonly #request: ClientRequest;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(request: ClientRequest, response: IncomingMessage, onFrame: (frame: Frame) => void) {
    this.#request = request;
    this.response = response;
    const reader = new FrameReader();
    response.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (frame.kind === 'malformed') throw new Error('A frame is malformed.');
        this.frames.push(frame);
        onFrame(frame);
      }
      this.#look();
    });
    response.on('error', () => undefined);
    response.on('close', () => {
      this.#ended = true;
      this.#look();
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves once this holds; rejects when the stream ends before it does. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (holds()) resolve();
        else if (this.#ended) reject(new Error('The stream has ended.'));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  async frame<K extends Frame['kind']>(kind: K): Promise<Extract<Frame, { kind: K }>> {
    const find = () => this.frames.find((frame) => frame.kind === kind);
    await this.until(() => find() !== undefined);
    return find() as Extract<Frame, { kind: K }>;
  }

  async end(): Promise<void> {
    await this.until(() => this.#ended);
  }

  /** Reads no more, and does not say so. */
  stall(): void {
    this.response.pause();
  }

  close(): void {
    this.#request.destroy();
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

/** Asks for a stream from a place. */
export async function connect(
  url: string,
  from: string,
  options: FollowOptions = {},
  onFrame: (frame: Frame) => void = () => undefined,
): Promise<Connection> {
  const { key = OWNER_KEY, name, query = '', headers, socketPath } = options;
  const request = get(`${url}/_/feed${query}`, {
    agent: false,
    ...(socketPath === undefined ? {} : { socketPath }),
    headers: {
      Authorization: `Bearer ${key}`,
      ...FEED,
      'Last-Event-ID': from,
      ...(name === undefined ? {} : { 'Hallpass-Replica': name }),
      ...headers,
    },
  });
  request.on('error', () => undefined);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return new Connection(request, response, onFrame);
}

function now() {
  return { wall: Date.now(), monotonic: performance.now() };
}

export interface Follower {
  readonly replica: Replica;
  readonly outcomes: readonly Outcome[];
  readonly connection: Connection;
  readonly place: Head;
  /**
   * Breaks the connection off and follows on from where it is, at another address if there is one, with a snapshot
   * if that is what it takes.
   */
  again(address?: string): Promise<void>;
  /** Resolves when it has this revision. */
  reach(revision: number): Promise<void>;
  /** Whether it answers when it is asked to confirm. */
  confirms: boolean;
}

/** A replica of core that follows a server over HTTP as docs/replica.md says. */
export async function follow(
  context: TestContext,
  address: string,
  options: FollowOptions = {},
): Promise<Follower> {
  let url = address;
  const { key = OWNER_KEY } = options;
  const replica = new Replica();
  const outcomes: Outcome[] = [];
  let wanted: 'tail' | 'snapshot' | undefined = 'snapshot';
  let name = '';
  let connection: Connection | undefined;

  const note = (outcome: Outcome): void => {
    outcomes.push(outcome);
    if (outcome.kind === 'resync') wanted = outcome.by;
    // One that is lost is asked for again.
    if (outcome.kind === 'confirm' && follower.confirms) confirm(outcome.position).catch(() => undefined);
  };
  const confirm = async (position: Head): Promise<void> => {
    await fetch(`${url}/_/feed/applied`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}` },
      body: JSON.stringify({ replica: name, position: formatPosition(position) }),
    });
  };
  const load = async (): Promise<void> => {
    const asked = now();
    const headers = { Authorization: `Bearer ${key}`, ...FEED };
    const answer = await fetch(`${url}/_/feed/snapshot`, { headers });
    if (answer.status !== 200) throw new Error(`The snapshot is ${answer.status} ${await answer.text()}`);
    wanted = undefined;
    note(replica.beginSnapshot('server', asked));
    for await (const bytes of answer.body ?? []) note(replica.pushSnapshot(bytes, now()));
  };
  const take = (frame: Frame, asked: ReturnType<typeof now>): void => {
    if (wanted !== undefined) return;
    if (frame.kind === 'hello') name = frame.replica;
    const opening = { origin: 'server', asked, at: now() } as const;
    note(replica.take({ ...frame, ...opening }));
  };
  const run = async (): Promise<void> => {
    for (;;) {
      if (wanted === 'snapshot') await load();
      const { position } = replica;
      if (!position) throw new Error('There is no copy.');
      wanted = undefined;
      const asked = now();
      const next = await connect(url, formatPosition(position), options, (frame) => take(frame, asked));
      if (next.response.statusCode !== 200) throw new Error(`The feed is ${next.response.statusCode}`);
      connection = next;
      await next.until(() => next.frames.length > 0);
      if (wanted === undefined) return;
      next.close();
    }
  };
  const follower: Follower = {
    replica,
    outcomes,
    confirms: true,
    get connection() {
      if (!connection) throw new Error('It has not connected.');
      return connection;
    },
    get place() {
      if (!replica.position) throw new Error('There is no copy.');
      return replica.position;
    },
    again: async (next = url) => {
      url = next;
      connection?.close();
      if (wanted === undefined) note(replica.take({ kind: 'cut', at: now() }));
      await run();
    },
    reach: async (revision) => {
      await connection?.until(() => (replica.position?.revision ?? -1) >= revision);
    },
  };
  atEnd(context, () => connection?.close());
  await run();
  return follower;
}
