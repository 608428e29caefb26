// A service to try the gate with: it answers with the request it got.
//   node examples/echo.mjs 8080
import { createServer } from 'node:http';

const port = Number(process.argv[2] ?? 8080);

createServer((request, response) => {
  const lines = [`${request.method} ${request.url}`];
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith('x-hallpass-') || name === 'authorization') lines.push(`${name}: ${value}`);
  }
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${lines.join('\n')}\n`);
}).listen(port, '127.0.0.1', () => console.error(`A service is on http://127.0.0.1:${port}`));
