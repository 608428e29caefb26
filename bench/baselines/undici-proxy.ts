// The fastest plain proxy on node:http: undici's dispatch, hop-by-hop headers removed, nothing checked.
//   node bench/dist/baselines/undici-proxy.js PORT UPSTREAM_ORIGIN
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

const pool = new Pool(process.argv[3] ?? '', { pipelining: 1 });

function endToEnd(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, headers[i + 1] as string);
  }
  return kept;
}

class Relay implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  #abort: (() => void) | undefined;
  #resume: () => void = () => {};

  constructor(response: ServerResponse) {
    this.#response = response;
    response.once('close', () => {
      if (!response.writableFinished) this.#abort?.();
    });
    response.on('drain', () => this.#resume());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#abort = () => controller.abort(new Error('gone'));
    this.#resume = () => controller.resume();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    const raw = controller.rawHeaders as Buffer[];
    this.#response.writeHead(status, endToEnd(raw.map((part) => part.toString('latin1'))));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(): void {
    if (!this.#response.headersSent) this.#response.writeHead(502);
    this.#response.end();
  }
}

function hasBody(request: IncomingMessage): boolean {
  return (
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
  );
}

const server = createServer((request, response) => {
  const options = {
    path: request.url ?? '/',
    method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
    headers: endToEnd(request.rawHeaders),
    body: hasBody(request) ? request : null,
  };
  pool.dispatch(options, new Relay(response));
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
