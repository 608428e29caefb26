// The service behind every proxy that is compared: 1 KB for every request.
//   node bench/dist/baselines/upstream.js PORT
import { createServer } from 'node:http';

const BODY = Buffer.alloc(1024, 'x');
const HEADERS = ['Content-Type', 'text/plain', 'Content-Length', String(BODY.length)];

const server = createServer((_request, response) => {
  response.writeHead(200, HEADERS);
  response.end(BODY);
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
