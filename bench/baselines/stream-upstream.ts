// The service behind the gate for long streams: reads whatever is sent to it, and sends as many bytes as the path says.
//   node bench/dist/baselines/stream-upstream.js PORT
import { createServer, type ServerResponse } from 'node:http';
import { pipeline, Readable, Writable } from 'node:stream';

const CHUNK = Buffer.alloc(65_536, 'x');

function* bytes(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= CHUNK.length)
    yield left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK;
}

function send(response: ServerResponse, count: number): void {
  response.writeHead(200, { 'Content-Length': count });
  pipeline(Readable.from(bytes(count), { objectMode: false }), response, () => {});
}

createServer((request, response) => {
  if (request.method === 'GET') return send(response, Number(request.url?.slice(1) ?? '0'));
  let count = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      count += chunk.length;
      done();
    },
  });
  pipeline(request, sink, () => response.end(String(count)));
}).listen(Number(process.argv[2]), '127.0.0.1');
