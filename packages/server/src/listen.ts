import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Config } from './config/settings.ts';
import { type CertificateFiles, readCertificate } from './listen/certificate.ts';
import { clearSocketFile } from './listen/socket-file.ts';
import { LOOK_MS, Unread } from './listen/unread.ts';
import type { Logger } from './log.ts';
import { StartError } from './start-error.ts';

const SECOND = 1000;

/**
 * A client gets 30 s for its header section, so slow ones cannot hold connections; the body has no such limit,
 * because uploads through the gate may last. Idle connections outlive the 60 s that most proxies keep theirs,
 * so that it is never us who closes one under a request.
 */
export const LIMITS = {
  headersTimeout: 30 * SECOND,
  requestTimeout: 0,
  connectionsCheckingInterval: SECOND,
  keepAliveTimeout: 65 * SECOND,
  maxHeaderSize: 16 * 1024,
  insecureHTTPParser: false,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 60 * SECOND,
} as const satisfies ServerOptions;

const HANDSHAKE_TIMEOUT = 10 * SECOND;
const DRAIN = 8 * SECOND;
const SWEEP = 50;

export type ListenSettings = Pick<Config, 'host' | 'port' | 'socket' | 'socketMode' | 'tlsCert' | 'tlsKey'>;

export interface ListenerOptions {
  readonly config: ListenSettings;
  readonly log: Logger;
  /** What the handlers need of the parser, beside the limits here. */
  readonly server?: ServerOptions;
  /** How long `close` waits for requests under way, in milliseconds. */
  readonly drain?: number;
}

/** Makes the server that protects itself; it listens once its handlers are attached and `listen` is called. */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { tlsCert, tlsKey } = options.config;
  const limits = { ...LIMITS, ...options.server };
  if (tlsCert === null || tlsKey === null) return new Listener(createServer(limits), null, options);
  const files = { tlsCert, tlsKey };
  const certificate = await readCertificate(files).catch((error: unknown) => {
    throw new StartError(
      'cannot_listen',
      `The certificate ${tlsCert} and the key ${tlsKey} cannot be used (${textOf(error)}). Give two files in PEM that belong together.`,
      error,
    );
  });
  const server = createSecureServer({ ...limits, ...certificate, handshakeTimeout: HANDSHAKE_TIMEOUT });
  return new Listener(server, files, options);
}

export class Listener {
  readonly server: Server | SecureServer;
  readonly #files: CertificateFiles | null;
  readonly #config: ListenSettings;
  readonly #log: Logger;
  readonly #drain: number;
  /** All connections, one with TLS twice, without and within it: the server forgets those that were upgraded. */
  readonly #sockets = new Set<Socket>();
  #closed: Promise<void> | undefined;

  constructor(server: Server | SecureServer, files: CertificateFiles | null, options: ListenerOptions) {
    this.server = server;
    this.#files = files;
    this.#config = options.config;
    this.#log = options.log;
    this.#drain = options.drain ?? DRAIN;
    // Node drops headers beyond 2,000 in silence; the size limit is the one that counts.
    server.maxHeadersCount = 0;
    const keep = (socket: Socket): void => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    };
    server.on('connection', keep);
    server.on('secureConnection', keep);
    const unread = new Unread();
    const look = setInterval(() => unread.look(this.#sockets), LOOK_MS).unref();
    server.once('close', () => clearInterval(look));
  }

  get connections(): Iterable<Socket> {
    return this.#sockets;
  }

  /** Where it can be reached, once it listens: a URL, or `unix:` and a path. */
  get address(): string {
    const address = this.server.address();
    if (address === null) throw new Error('The listener does not listen.');
    if (typeof address === 'string') return `unix:${address}`;
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `${this.#files === null ? 'http' : 'https'}://${host}:${address.port}`;
  }

  /** Rejects with a `StartError` that says why it cannot listen. */
  async listen(): Promise<void> {
    const { socket, socketMode } = this.#config;
    try {
      if (socket === null) await this.#bind();
      else {
        await clearSocketFile(socket);
        await this.#bindSocket(socket, socketMode);
      }
    } catch (error) {
      if (error instanceof StartError) throw error;
      throw new StartError('cannot_listen', describeRefusal(error, this.#config), error);
    }
    this.server.on('error', (err) => this.#log.error({ err }, 'the listener failed'));
    warnIfExposed(this.#config, this.#log);
  }

  #bind(): Promise<void> {
    const { host, port } = this.#config;
    return this.#listening(() => this.server.listen({ host, port }));
  }

  #bindSocket(path: string, mode: number): Promise<void> {
    // The file is made inside `listen`; a mode set afterwards would leave it open for a moment.
    const umask = process.umask(0o777 & ~mode);
    try {
      return this.#listening(() => this.server.listen({ path }));
    } finally {
      process.umask(umask);
    }
  }

  #listening(start: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.once('listening', () => {
        this.server.off('error', reject);
        resolve();
      });
      start();
    });
  }

  /** Takes up changed certificate files; those that cannot be used change nothing and are logged. */
  async reload(): Promise<void> {
    if (this.#files === null || !(this.server instanceof SecureServer)) return;
    try {
      this.server.setSecureContext(await readCertificate(this.#files));
      this.#log.info({ file: this.#files.tlsCert }, 'the certificate was read again');
    } catch (err) {
      this.#log.error(
        { err, file: this.#files.tlsCert },
        'the new certificate cannot be used; the old one stays',
      );
    }
  }

  /** Accepts nothing more, lets requests under way finish, and cuts what is left after the drain time. */
  close(): Promise<void> {
    this.#closed ??= this.server.listening ? this.#close() : Promise.resolve();
    return this.#closed;
  }

  /** Node counts a connection that has never sent a byte as one with a request under way. */
  #closeIdle(): void {
    this.server.closeIdleConnections();
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
  }

  #close(): Promise<void> {
    return new Promise((resolve) => {
      const sweep = setInterval(() => this.#closeIdle(), SWEEP);
      const cut = setTimeout(() => {
        for (const socket of this.#sockets) socket.destroy();
      }, this.#drain);
      // Only beside others: Node answers `Expect` itself as long as nobody listens for it.
      for (const event of ['request', 'checkContinue'])
        if (this.server.listenerCount(event) > 0)
          this.server.prependListener(event, (_request: IncomingMessage, response: ServerResponse) => {
            response.shouldKeepAlive = false;
          });
      this.server.close(() => {
        clearInterval(sweep);
        clearTimeout(cut);
        resolve();
      });
    });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describeRefusal(error: unknown, { socket, host, port }: ListenSettings): string {
  const place = socket ?? `${host} port ${port}`;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `Something listens on ${place} already; stop it or choose another place`;
    case 'EACCES':
    case 'EPERM':
      return socket === null
        ? `This user may not listen on ${place}; choose another port (those below 1024 need a privilege)`
        : `The folder of ${place} is missing, or this user may not write there; choose another path`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
      return `This machine has no address ${host}; choose another host`;
    default:
      return `Cannot listen on ${place}: ${textOf(error)}`;
  }
}

function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host === 'localhost';
}

/** Says loudly that tokens will cross a network in the clear. */
export function warnIfExposed({ host, socket, tlsCert }: ListenSettings, log: Logger): void {
  if (socket !== null || tlsCert !== null || isLoopback(host)) return;
  log.warn(
    { address: host },
    'LISTENING BEYOND THIS MACHINE WITHOUT TLS: whoever is on the way can read tokens and keys. ' +
      'Set tls_cert and tls_key, or put a proxy with TLS in front and listen on 127.0.0.1',
  );
}
