import type { IncomingMessage } from 'node:http';
import { type Presented, readCredential } from '@hallpass/core/credential';
import { isRequestId } from '@hallpass/core/request-id';
import type { Target, TargetReader } from '@hallpass/core/target';

/** What is read of a request before anything is decided, from its raw target and raw headers, once. */
export interface RequestReading {
  /** The client's own where it sent one that can be used, else one that is made when this is first asked for. */
  readonly requestId: string;
  /** The one the client sent, where it can be used. */
  readonly sentRequestId: string | undefined;
  readonly presented: Presented;
  readonly target: Target;
  readonly host: string | undefined;
  /** The one Upgrade line as sent; empty when there are several. */
  readonly upgrade: string | undefined;
  readonly body: Body;
  /** Why the message itself is refused: nothing after it on the connection can be believed either. */
  readonly flaw: Flaw | undefined;
}

export type Body = 'none' | 'short' | 'long';
export type Flaw = 'version' | 'host' | 'length' | 'encoding' | 'framing';

/** Unread bodies up to this many bytes are read away to keep the connection; after longer ones it closes. */
const SHORT_BODY = 65_536;
const HOST_FORM = /^(?:[0-9A-Za-z._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

function isNamed(name: string, usual: string, lower: string): boolean {
  return name === usual || name === lower || name.toLowerCase() === lower;
}

/** A request as its header lines frame and name it. Of a line that came twice the value is empty. */
class Reading implements RequestReading {
  readonly presented: Presented;
  readonly target: Target;
  readonly flaw: Flaw | undefined;
  host: string | undefined;
  upgrade: string | undefined;
  #length: string | undefined;
  #encoding: string | undefined;
  #sentId: string | undefined;
  #requestId: string | undefined;
  readonly #newRequestId: () => string;

  constructor(request: IncomingMessage, readTarget: TargetReader, newRequestId: () => string) {
    const { rawHeaders } = request;
    for (let i = 0; i + 1 < rawHeaders.length; i += 2)
      this.#take(rawHeaders[i] as string, rawHeaders[i + 1] as string);
    this.presented = readCredential(rawHeaders);
    this.target = readTarget(request.url ?? '', this.host);
    this.flaw = this.#flawIn(request.httpVersion);
    this.#newRequestId = newRequestId;
  }

  #take(name: string, value: string): void {
    switch (name.length) {
      case 4:
        if (isNamed(name, 'Host', 'host')) this.host = this.host === undefined ? value : '';
        break;
      case 7:
        if (isNamed(name, 'Upgrade', 'upgrade')) this.upgrade = this.upgrade === undefined ? value : '';
        break;
      case 12:
        if (isNamed(name, 'X-Request-Id', 'x-request-id')) this.#sentId = value;
        break;
      case 14:
        if (isNamed(name, 'Content-Length', 'content-length'))
          this.#length = this.#length === undefined ? value : '';
        break;
      case 17:
        if (isNamed(name, 'Transfer-Encoding', 'transfer-encoding'))
          this.#encoding = this.#encoding === undefined ? value : '';
        break;
    }
  }

  #flawIn(httpVersion: string): Flaw | undefined {
    if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'version';
    if (this.host === undefined ? httpVersion !== '1.0' : !HOST_FORM.test(this.host)) return 'host';
    if (this.#length !== undefined && !/^\d{1,15}$/.test(this.#length)) return 'length';
    if (this.#encoding === undefined) return undefined;
    if (this.#encoding.toLowerCase() !== 'chunked' || httpVersion === '1.0') return 'encoding';
    return this.#length === undefined ? undefined : 'framing';
  }

  get body(): Body {
    if (this.#encoding !== undefined) return 'long';
    if (this.#length === undefined || this.#length === '0') return 'none';
    return Number(this.#length) <= SHORT_BODY ? 'short' : 'long';
  }

  get sentRequestId(): string | undefined {
    const sent = this.#sentId;
    return sent !== undefined && isRequestId(sent) ? sent : undefined;
  }

  get requestId(): string {
    this.#requestId ??= this.sentRequestId ?? this.#newRequestId();
    return this.#requestId;
  }
}

/** Reads a request. Never throws: what cannot be read is a flaw, a malformed credential or an ambiguous target. */
export function readRequest(
  request: IncomingMessage,
  readTarget: TargetReader,
  newRequestId: () => string,
): RequestReading {
  return new Reading(request, readTarget, newRequestId);
}
