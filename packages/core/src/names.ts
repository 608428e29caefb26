const CHUNK = 1 << 20;
const UNIT = 8;
const UNITS_A_CHUNK = CHUNK / UNIT;
const LENGTH_BYTES = 2;
export const LONGEST_NAME = 0xffff;

/**
 * Names as bytes in large blocks, so that ten million of them are a few hundred objects to the garbage
 * collector. Each takes a whole number of 8-byte units; a freed place is reused by the next name of its size.
 * An address is a number of units, and 0 is no name.
 */
export class Names {
  #chunks: Buffer[] = [];
  #next = 1;
  #free = new Map<number, number[]>();

  add(encoded: string): number {
    if (encoded === '') return 0;
    const units = Math.ceil((encoded.length + LENGTH_BYTES) / UNIT);
    const address = this.#free.get(units)?.pop() ?? this.#extend(units);
    const chunk = this.#chunks[Math.floor(address / UNITS_A_CHUNK)] as Buffer;
    const at = (address % UNITS_A_CHUNK) * UNIT;
    chunk.writeUInt16LE(encoded.length, at);
    chunk.write(encoded, at + LENGTH_BYTES, 'latin1');
    return address;
  }

  get(address: number): string {
    if (address === 0) return '';
    const chunk = this.#chunks[Math.floor(address / UNITS_A_CHUNK)] as Buffer;
    const at = (address % UNITS_A_CHUNK) * UNIT + LENGTH_BYTES;
    return chunk.toString('latin1', at, at + chunk.readUInt16LE(at - LENGTH_BYTES));
  }

  remove(address: number): void {
    if (address === 0) return;
    const chunk = this.#chunks[Math.floor(address / UNITS_A_CHUNK)] as Buffer;
    const length = chunk.readUInt16LE((address % UNITS_A_CHUNK) * UNIT);
    const units = Math.ceil((length + LENGTH_BYTES) / UNIT);
    const places = this.#free.get(units);
    if (places) places.push(address);
    else this.#free.set(units, [address]);
  }

  /** Frees one name and keeps another; the address of the new one. */
  replace(address: number, encoded: string): number {
    this.remove(address);
    return this.add(encoded);
  }

  #extend(units: number): number {
    const used = this.#next % UNITS_A_CHUNK;
    if (used + units > UNITS_A_CHUNK) this.#next += UNITS_A_CHUNK - used;
    const address = this.#next;
    this.#next += units;
    if (Math.floor(address / UNITS_A_CHUNK) === this.#chunks.length) this.#chunks.push(Buffer.alloc(CHUNK));
    return address;
  }
}
