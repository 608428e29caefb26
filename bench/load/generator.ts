// A process that sends requests over keep-alive connections, without pipelining, and checks every answer.
// It reads a Plan as JSON and prints a Load as JSON.
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { Connection, type Listener } from './connection.ts';
import { Latencies } from './latencies.ts';
import type { Load, Plan } from './plan.ts';

class Generator implements Listener {
  readonly #plan: Plan;
  readonly #latencies = new Latencies();
  readonly #faults: Record<string, number> = {};
  readonly #connections: Connection[] = [];
  readonly #idle: Connection[] = [];
  #sent = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  idle(connection: Connection): void {
    if (this.#plan.rate === undefined) this.#send(connection, performance.now());
    else this.#idle.push(connection);
  }

  answered(due: number): void {
    this.#latencies.add(performance.now() - due);
  }

  failed(fault: string): void {
    this.#faults[fault] = (this.#faults[fault] ?? 0) + 1;
  }

  async run(): Promise<Load> {
    const { port, connections, expect, warmUpMs, measureMs, rate } = this.#plan;
    for (let i = 0; i < connections; i++) this.#connections.push(new Connection(port, expect, this));
    const pace = rate === undefined ? undefined : this.#startPace(rate);
    await setTimeout(warmUpMs);
    this.#latencies.clear();
    const start = performance.now();
    await setTimeout(measureMs);
    const seconds = (performance.now() - start) / 1000;
    const answers = this.#latencies.count;
    clearInterval(pace);
    for (const connection of this.#connections) connection.end();
    const [p50 = Number.NaN, p99 = Number.NaN] = this.#latencies.percentiles([0.5, 0.99]);
    return { answers, rate: answers / seconds, p50, p99, faults: this.#faults };
  }

  /** A request that finds no idle connection waits for one, and its time runs from when it was due. */
  #startPace(rate: number): NodeJS.Timeout {
    const step = 1000 / rate;
    let due = performance.now();
    return setInterval(() => {
      for (const now = performance.now(); due <= now && this.#idle.length > 0; due += step) {
        const connection = this.#idle.shift();
        if (connection) this.#send(connection, due);
      }
    }, 1);
  }

  #send(connection: Connection, due: number): void {
    const { requests } = this.#plan;
    const n = this.#sent++;
    const request = requests[n % requests.length] ?? '';
    connection.send(
      request.replace('{n}', () => String(n).padStart(12, '0')),
      due,
    );
  }
}

const plan: Plan = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(await new Generator(plan).run()));
