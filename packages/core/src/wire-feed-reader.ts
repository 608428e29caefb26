import { SseParser } from './sse.ts';
import type { Frame } from './wire-feed.ts';
import { decodeFrame } from './wire-feed-decoder.ts';

/** What arrived is no frame: nothing behind it can be relied on. */
export interface Malformed {
  readonly kind: 'malformed';
}

const MALFORMED: Malformed = { kind: 'malformed' };

/** Reads one stream of frames, bytes in, frames out, wherever the bytes were cut. The first that is none ends it. */
export class FrameReader {
  readonly #parser = new SseParser();
  #ended = false;

  push(chunk: Uint8Array): (Frame | Malformed)[] {
    const frames: (Frame | Malformed)[] = [];
    for (const event of this.#events(chunk)) {
      const frame = event && decodeFrame(event);
      if (!frame) return this.#end(frames);
      frames.push(frame);
    }
    return frames;
  }

  #events(chunk: Uint8Array): readonly (ReturnType<SseParser['push']>[number] | undefined)[] {
    if (this.#ended) return [];
    try {
      return this.#parser.push(chunk);
    } catch {
      return [undefined];
    }
  }

  #end(frames: (Frame | Malformed)[]): (Frame | Malformed)[] {
    this.#ended = true;
    return [...frames, MALFORMED];
  }
}
