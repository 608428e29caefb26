// http-proxy-3 in front of one upstream, with connections that are kept, which it does not do by itself.
//   node bench/dist/baselines/http-proxy-3.js PORT UPSTREAM_ORIGIN
import { Agent, createServer } from 'node:http';
import { createProxyServer } from 'http-proxy-3';

const proxy = createProxyServer({ target: process.argv[3] ?? '', agent: new Agent({ keepAlive: true }) });
proxy.on('error', (_error, _request, response) => response.destroy());
createServer((request, response) => proxy.web(request, response)).listen(
  Number(process.argv[2]),
  '127.0.0.1',
);
