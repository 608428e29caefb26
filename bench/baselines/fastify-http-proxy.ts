// @fastify/http-proxy as its page shows it, in front of one upstream.
//   node bench/dist/baselines/fastify-http-proxy.js PORT UPSTREAM_ORIGIN
import proxy from '@fastify/http-proxy';
import Fastify from 'fastify';

const server = Fastify();
await server.register(proxy, { upstream: process.argv[3] ?? '' });
await server.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
