/** What may happen, by name, with what listeners are told of it. */
type Events = Readonly<Record<string, unknown>>;
type Listener<T> = (event: T) => void;

/** Who wants to know what happens. */
export class Listeners<E extends Events> {
  readonly #known = new Map<keyof E, Set<Listener<never>>>();

  /** Returns what takes the listener away again. */
  on<K extends keyof E>(name: K, listener: Listener<E[K]>): () => void {
    const listeners = this.#known.get(name) ?? new Set();
    this.#known.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** False when nobody listens. What a listener throws is its own affair, and stops no other. */
  tell<K extends keyof E>(name: K, event: E[K]): boolean {
    const listeners = [...(this.#known.get(name) ?? [])] as Listener<E[K]>[];
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    return listeners.length > 0;
  }
}
