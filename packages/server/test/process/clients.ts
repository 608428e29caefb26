import { Agent } from 'node:http';
import { type Answer, ask, OWNER_KEY } from './ask.ts';

export interface Created {
  readonly name: string;
  readonly token: string;
}

export function create(address: string, name: string, agent: Agent | false = false): Promise<Answer> {
  return ask(address, {
    method: 'POST',
    path: '/_/token',
    key: OWNER_KEY,
    headers: { 'Idempotency-Key': name },
    body: { name },
    agent,
  });
}

/** The value in the answer to a create. */
export function valueIn(answer: Answer): string {
  return String(answer.body.data[0]?.['token']);
}

/** The status with which the forward-auth door answers to each of these values. */
export async function verify(address: string, values: readonly string[]): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const answers = values.map((key) => ask(address, { path: '/_/verify/read', key, agent }));
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  agent.destroy();
  return statuses;
}

/**
 * Clients that create tokens, each the next as soon as it has its answer, until no whole answer comes any more.
 * `prefix` begins every name.
 */
export class Creators {
  /** What was answered with 201. */
  readonly acknowledged: Created[] = [];
  /** Names of which nobody knows what became of them. */
  readonly unanswered: string[] = [];
  /** Answers that are no 201. */
  readonly refused: Answer[] = [];
  readonly done: Promise<unknown>;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #address: string;
  readonly #onAcknowledged: (count: number) => void;

  constructor(address: string, prefix: string, clients: number, onAcknowledged: (count: number) => void) {
    this.#address = address;
    this.#onAcknowledged = onAcknowledged;
    this.done = Promise.all(Array.from({ length: clients }, (_, client) => this.#run(`${prefix}.${client}`)));
  }

  async #run(prefix: string): Promise<void> {
    for (let i = 0; ; i++) {
      const name = `${prefix}.${i}`;
      try {
        const answer = await create(this.#address, name, this.#agent);
        if (answer.status === 201) this.acknowledged.push({ name, token: valueIn(answer) });
        else this.refused.push(answer);
      } catch {
        this.unanswered.push(name);
        return;
      }
      this.#onAcknowledged(this.acknowledged.length);
    }
  }
}
