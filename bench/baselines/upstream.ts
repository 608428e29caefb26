// The service behind the gate: 1 KB for every request without a body. It reads no more of HTTP than where a head
// ends, so that it takes as little as possible of the processor that the proxy needs. Argument: port.
import { createServer } from 'node:net';

const BLANK_LINE = '\r\n\r\n';
const HEAD = [
  'HTTP/1.1 200 OK',
  'Content-Type: text/plain',
  'Content-Length: 1024',
  'Connection: keep-alive',
];
const ANSWER = Buffer.from(`${HEAD.join('\r\n')}${BLANK_LINE}${'x'.repeat(1024)}`);

createServer({ noDelay: true }, (socket) => {
  let rest = '';
  socket.on('data', (bytes: Buffer) => {
    const heads = (rest + bytes.toString('latin1')).split(BLANK_LINE);
    rest = heads.pop() ?? '';
    for (const _ of heads) socket.write(ANSWER);
  });
  socket.on('error', () => socket.destroy());
}).listen(Number(process.argv[2]), '127.0.0.1');
