/** Every time that was measured, exact. */
export class Latencies {
  #times = new Float64Array(1 << 16);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(time: number): void {
    if (this.#count === this.#times.length) {
      const grown = new Float64Array(this.#times.length * 2);
      grown.set(this.#times);
      this.#times = grown;
    }
    this.#times[this.#count++] = time;
  }

  clear(): void {
    this.#count = 0;
  }

  /** The times below which these shares of all lie, by ascending share. */
  percentiles(shares: readonly number[]): number[] {
    const sorted = this.#times.slice(0, this.#count).sort();
    return shares.map((share) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN);
  }
}
