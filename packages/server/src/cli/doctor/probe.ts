import type { Fault, ProxyKind } from './faults.ts';
import type { Judgement } from './finding.ts';
import { type Finding, findingsOf } from './finding.ts';
import { type Answer, exchange, NoAnswer } from './raw-request.ts';
import { bytesOf, describe, type Request, type Values } from './request.ts';

/** Proxies try again for some seconds before they give up on Hallpass. */
const TIMEOUT = 20_000;

/** What an answer, or that none came, says about a request; undefined: all is good. */
export type Judge = (answer: Answer | undefined, request: Request) => Fault | undefined;

/** An installation, seen from outside. */
export class Probe {
  readonly #url: URL;
  readonly #values: Values;
  readonly proxy: ProxyKind | undefined;

  constructor(url: URL, values: Values, proxy: ProxyKind | undefined) {
    this.#url = url;
    this.#values = values;
    this.proxy = proxy;
  }

  /** Rejects with NoAnswer. */
  ask(request: Request, wants: 'head' | 'all' = 'head'): Promise<Answer> {
    return exchange(this.#url, bytesOf(request, this.#url.host, this.#values), wants, TIMEOUT);
  }

  /** Sends every request, all at once (a proxy may take seconds to refuse), and judges each answer. */
  async check(title: string, requests: readonly Request[], judge: Judge): Promise<Finding[]> {
    const judgements = await Promise.all(requests.map((request) => this.#judge(request, judge)));
    return findingsOf(title, judgements, this.proxy);
  }

  /** No token may be seen in what is told. */
  isShown(text: string): boolean {
    return Object.values(this.#values).some((value) => text.includes(value));
  }

  async #judge(request: Request, judge: Judge): Promise<Judgement> {
    const sent = describe(request);
    try {
      const answer = await this.ask(request);
      return { trial: { sent, came: String(answer.status) }, fault: judge(answer, request) };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { trial: { sent, came: error.message }, fault: judge(undefined, request) };
    }
  }
}
