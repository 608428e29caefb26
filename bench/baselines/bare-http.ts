// The least a Node server can do: the bytes of an allowed /_/verify, for every request, with nothing checked.
//   node bench/dist/baselines/bare-http.js PORT
import { createServer } from 'node:http';

const HEADERS = [
  'X-Hallpass-Token-Id',
  'tok_01J00000000000000000000000',
  'X-Hallpass-Token-Name',
  'bench',
  'X-Hallpass-Write',
  'true',
  'X-Hallpass-Expires',
  'never',
  'Cache-Control',
  'no-store',
  'X-Request-Id',
  'AAAAAAAAAAAA.zzzz',
  'Content-Length',
  '0',
];

const server = createServer((_request, response) => {
  response.writeHead(200, HEADERS);
  response.end();
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
