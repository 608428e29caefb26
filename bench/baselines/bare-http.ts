// A plain node:http server that answers every request with the same head and no body.
// Arguments: port, then header names and values in turn.
import { createServer } from 'node:http';

const [port, ...headers] = process.argv.slice(2);

createServer({ keepAliveTimeout: 65_000 }, (_request, response) => {
  response.writeHead(200, headers);
  response.end();
}).listen(Number(port), '127.0.0.1');
