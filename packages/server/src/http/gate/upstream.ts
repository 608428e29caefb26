import { isIP } from 'node:net';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import { tellEndInTime } from './ending.ts';

export interface UpstreamOptions {
  /** Takes requests for this host alone; in lower case, without a port. Null: for any. */
  readonly host: string | null;
  /** Takes requests at and below this path alone: `/…` without a slash at its end, or empty for all. */
  readonly path: string;
  /** Whether `path` is taken off what is forwarded. */
  readonly stripPath: boolean;
  /** Scheme, host and port, with nothing behind them. */
  readonly origin: string;
  /** Put before every target: a path without a slash at its end, or empty. */
  readonly prefix: string;
  /** Connects through this unix socket in place of the origin's address. */
  readonly socketPath: string | null;
  /** Sent as Host. Null: the client's own. */
  readonly hostHeader: string | null;
  /** Certificates, in PEM, that the upstream's must come from. Null: those that Node knows. */
  readonly ca: readonly string[] | null;
  /** The name that the upstream's certificate is for. Null: the origin's host. */
  readonly serverName: string | null;
  readonly connectTimeoutMs: number;
  /** How long the upstream may take until its answer begins, in milliseconds. */
  readonly answerTimeoutMs: number;
  /** Whether what lasts is cut when its token is no longer good for it. */
  readonly cutStreams: boolean;
}

/** One service behind the gate. */
export interface Upstream extends UpstreamOptions {
  readonly dispatcher: Dispatcher;
  /** The name on the upstream's certificate: its own, never the one the client put into Host. */
  readonly servername: string;
}

/** Throws a RangeError unless `origin` is http or https and an authority alone. */
export function openUpstream(options: UpstreamOptions): Upstream {
  const { origin, socketPath, ca, answerTimeoutMs, connectTimeoutMs } = options;
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const web = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !web || url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    throw new RangeError('An upstream is a scheme and an authority, such as http://127.0.0.1:8080.');
  }
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    socketPath,
    // Said outright, so that no environment variable can take it back.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(ca === null ? {} : { ca: [...ca] }),
  });
  const servername = options.serverName ?? url.hostname.replace(/^\[|\]$/g, '');
  const dispatcher = new Pool(url.origin, {
    pipelining: 1,
    headersTimeout: answerTimeoutMs,
    // A stream may be silent for as long as it likes.
    bodyTimeout: 0,
    // An address is no name to ask a certificate for.
    connect: (target, callback) =>
      connect(isIP(servername) === 0 ? target : { ...target, servername: '' }, (...[error, socket]) => {
        if (error) callback(error, null);
        else {
          tellEndInTime(socket);
          callback(null, socket);
        }
      }),
  });
  return { ...options, origin: url.origin, dispatcher, servername };
}
