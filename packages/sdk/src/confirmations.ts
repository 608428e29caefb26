/** The body of `POST /_/feed/applied`. */
export interface Applied {
  readonly replica: string;
  readonly position: string;
}

/** Answers confirms, one at a time. Behind one that is under way only the newest waits: it says what those before it did. */
export class Confirmations {
  readonly #post: (body: Applied) => Promise<unknown>;
  #waiting: Applied | undefined;
  #busy = false;

  constructor(post: (body: Applied) => Promise<unknown>) {
    this.#post = post;
  }

  send(applied: Applied): void {
    this.#waiting = applied;
    if (!this.#busy) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    while (this.#waiting) {
      const next = this.#waiting;
      this.#waiting = undefined;
      // One that is lost is asked for again, by the server and not by us.
      await this.#post(next).catch(() => {});
    }
    this.#busy = false;
  }
}
