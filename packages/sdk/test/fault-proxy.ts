/** Another one each time, which the test prints; `GENERATED_SEED` sets the one that is to be tried again. */
export function newSeed(): number {
  return Number(process.env['GENERATED_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
}

/** Numbers that are the same for the same seed, even in [0, 1). */
export function chanceOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const FAULTS = ['drop', 'double', 'delay', 'edit', 'truncate', 'stall', 'shred'] as const;
type Fault = (typeof FAULTS)[number];

interface Spoiling {
  transform(chunk: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>): void;
}

/** Takes whole frames off the front of the bytes. */
function framesOf(bytes: Buffer): { frames: Buffer[]; rest: Buffer } {
  const frames: Buffer[] = [];
  let rest = bytes;
  for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
    frames.push(rest.subarray(0, end + 2));
    rest = rest.subarray(end + 2);
  }
  return { frames, rest };
}

/** Stands between a guard and its server, and does to what passes what networks do, and worse. */
export class FaultProxy {
  /** How often each fault was done. */
  readonly done: Partial<Record<Fault, number>> = {};
  calm = false;
  readonly #network: typeof fetch;
  readonly #chance: () => number;
  readonly #rate: number;

  constructor(network: typeof fetch, chance: () => number, rate: number) {
    this.#network = network;
    this.#chance = chance;
    this.#rate = rate;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const response = await this.#network(input, init);
    const type = response.headers.get('content-type') ?? '';
    if (this.calm || !response.body) return response;
    if (type.startsWith('text/event-stream')) return this.#through(response, response.body, this.#stream());
    if (type.includes('snapshot')) return this.#through(response, response.body, this.#snapshot());
    return response;
  };

  #through(
    { status, headers }: Response,
    body: NonNullable<Response['body']>,
    transformer: Spoiling,
  ): Response {
    return new Response(body.pipeThrough(new TransformStream(transformer)), { status, headers });
  }

  #pick(): Fault | undefined {
    if (this.calm || this.#chance() >= this.#rate) return undefined;
    const fault = FAULTS[Math.floor(this.#chance() * FAULTS.length)] as Fault;
    this.done[fault] = (this.done[fault] ?? 0) + 1;
    return fault;
  }

  #edited(bytes: Uint8Array): Uint8Array {
    const edited = Uint8Array.from(bytes);
    const at = Math.floor(this.#chance() * bytes.length);
    edited[at] = (edited[at] as number) ^ (1 << Math.floor(this.#chance() * 8));
    return edited;
  }

  #snapshot(): Spoiling {
    return {
      transform: (chunk, controller) => {
        const fault = this.#pick();
        if (fault === 'truncate') {
          controller.enqueue(chunk.slice(0, Math.floor(this.#chance() * chunk.length)));
          controller.terminate();
        } else controller.enqueue(fault === 'edit' ? this.#edited(chunk) : chunk);
      },
    };
  }

  #stream(): Spoiling {
    let held: Buffer = Buffer.alloc(0);
    let late: Buffer[] = [];
    let stalled = false;
    return {
      transform: (chunk, controller) => {
        const { frames, rest } = framesOf(Buffer.concat([held, chunk]));
        held = rest;
        for (const frame of frames) {
          const fault = this.#pick();
          stalled ||= fault === 'stall';
          if (stalled) return;
          if (fault === 'delay') late.push(frame);
          else {
            if (this.#pass(frame, fault, controller)) return;
            for (const other of late) controller.enqueue(other);
            late = [];
          }
        }
      },
    };
  }

  /** True when the stream ends there. */
  #pass(
    frame: Buffer,
    fault: Fault | undefined,
    controller: TransformStreamDefaultController<Uint8Array>,
  ): boolean {
    if (fault === 'truncate') {
      controller.enqueue(frame.subarray(0, Math.floor(this.#chance() * frame.length)));
      controller.terminate();
      return true;
    }
    if (fault === 'shred') for (const byte of frame) controller.enqueue(Buffer.of(byte));
    else if (fault !== 'drop') controller.enqueue(fault === 'edit' ? this.#edited(frame) : frame);
    if (fault === 'double') controller.enqueue(frame);
    return false;
  }
}
