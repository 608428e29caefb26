/** One event of a stream. `id` is the one it carries itself; null when it carries none. */
export interface SseEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string | null;
}

/** More came for one event than this reader takes. The stream is of no further use. */
export class SseTooLarge extends Error {
  override readonly name = 'SseTooLarge';
}

/** Bytes of one event, its field names and line ends included. */
const LARGEST_EVENT = 1 << 16;

const LF = 10;
const CR = 13;
const BOM = '\ufeff';

/**
 * Reads an event stream as the HTML standard says, bytes in, events out, wherever the bytes were cut. What is not
 * closed by an empty line is no event. Throws an SseTooLarge for an event of more than 64 KiB.
 */
export class SseParser {
  #partial: Buffer[] = [];
  #size = 0;
  #first = true;
  #afterCr = false;
  #event = '';
  #data: string[] = [];
  #id: string | null = null;

  push(chunk: Uint8Array): SseEvent[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const events: SseEvent[] = [];
    let start = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      const second = this.#afterCr && byte === LF;
      this.#afterCr = byte === CR;
      if (second) start = i + 1;
      else if (byte === LF || byte === CR) {
        this.#line(this.#take(bytes.subarray(start, i)), events);
        start = i + 1;
      }
    }
    // A copy: the rest may wait for long, and the chunk is its owner's.
    if (start < bytes.length) this.#hold(Buffer.from(bytes.subarray(start)));
    return events;
  }

  #hold(rest: Buffer): void {
    this.#count(rest.length);
    this.#partial.push(rest);
  }

  #count(bytes: number): void {
    this.#size += bytes;
    if (this.#size > LARGEST_EVENT) throw new SseTooLarge('An event is too large.');
  }

  #take(rest: Buffer): string {
    this.#count(rest.length + 1);
    const line = this.#partial.length === 0 ? rest : Buffer.concat([...this.#partial, rest]);
    this.#partial = [];
    const text = line.toString();
    const first = this.#first;
    this.#first = false;
    return first && text.startsWith(BOM) ? text.slice(1) : text;
  }

  #line(line: string, events: SseEvent[]): void {
    if (line === '') this.#dispatch(events);
    else this.#field(line);
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
  }

  #dispatch(events: SseEvent[]): void {
    if (this.#data.length > 0) {
      events.push({ event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id });
    }
    this.#event = '';
    this.#data = [];
    this.#id = null;
    this.#size = 0;
  }
}

/** The bytes of one event; `data` is one line. */
export function encodeSse({ event, data, id }: SseEvent): Uint8Array {
  return Buffer.from(`event: ${event}\n${id === null ? '' : `id: ${id}\n`}data: ${data}\n\n`);
}
