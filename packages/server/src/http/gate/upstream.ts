import { isIP } from 'node:net';
import { buildConnector, type Dispatcher, Pool } from 'undici';

export interface UpstreamOptions {
  /** Scheme, host and port, with nothing behind them. */
  readonly origin: string;
  /** Put before every target: a path without a slash at its end, or empty. */
  readonly prefix?: string;
  /** Connects through this unix socket in place of the origin's address. */
  readonly socketPath?: string | null;
  /** How long the upstream may take until its answer begins, in milliseconds. */
  readonly answerTimeoutMs: number;
  readonly connectTimeoutMs: number;
}

/** One service behind the gate. */
export interface Upstream {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  readonly prefix: string;
  /** The name on the upstream's certificate: its own, never the one the client put into Host. */
  readonly servername: string;
}

/** Throws a RangeError unless `origin` is http or https and an authority alone. */
export function openUpstream(options: UpstreamOptions): Upstream {
  const { origin, prefix = '', socketPath = null, answerTimeoutMs, connectTimeoutMs } = options;
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const web = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !web || url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    throw new RangeError('An upstream is a scheme and an authority, such as http://127.0.0.1:8080.');
  }
  const connect = buildConnector({ timeout: connectTimeoutMs, socketPath });
  const servername = url.hostname.replace(/^\[|\]$/g, '');
  const dispatcher = new Pool(url.origin, {
    pipelining: 1,
    headersTimeout: answerTimeoutMs,
    // A stream may be silent for as long as it likes.
    bodyTimeout: 0,
    // An address is no name to ask a certificate for.
    connect: (target, callback) =>
      connect(isIP(servername) === 0 ? target : { ...target, servername: '' }, callback),
  });
  return { dispatcher, origin: url.origin, prefix, servername };
}
