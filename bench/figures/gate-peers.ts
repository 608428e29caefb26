import { join } from 'node:path';
import { startBaseline } from '../baseline.ts';
import { median } from '../check/figures.ts';
import type { Bench, Figure, Row, Target } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { runLoad } from '../load/run-load.ts';
import { prepareData } from '../prepared.ts';
import { startCaddy, startNginx } from '../proxies.ts';
import { getEach } from '../requests.ts';
import { compareField, comparisonOf, SHORT_AND_MANY, SHORT_PHASES, type Side } from '../rounds.ts';
import type { ServerProcess } from '../server-process.ts';

const CONNECTIONS = 50;
const SIZE = 1_024;

interface Peer {
  readonly what: string;
  readonly target?: Target;
}

const PEERS = {
  undici: { what: 'node:http with undici dispatch', target: { bound: 'at least', value: 0.9 } },
  fastify: { what: '@fastify/http-proxy 11', target: { bound: 'at least', value: 1.6 } },
  httpProxy3: { what: 'http-proxy-3 1', target: { bound: 'at least', value: 1.6 } },
  caddy: { what: 'Caddy reverse_proxy, on every core', target: { bound: 'at least', value: 1 } },
  nginx: { what: 'nginx proxy_pass, one worker' },
} as const satisfies Record<string, Peer>;

async function measure({ folder }: Bench): Promise<Row[]> {
  const data = join(folder, 'data');
  const requests = getEach('/page', await prepareData(data, 1_000));
  const upstream = await startBaseline('upstream', folder);
  const origin = `http://127.0.0.1:${upstream.port}`;
  const side = async (server: Promise<ServerProcess>): Promise<Side> => {
    const { port } = await server;
    const expect = { status: 200, least: SIZE, most: SIZE };
    const plan = { port, connections: CONNECTIONS, requests, expect, ...SHORT_PHASES };
    return { measure: async () => (await runLoad(plan)).rate, stop: async () => (await server).stop() };
  };
  const sides = {
    ours: () => side(startHallpass(data, ['--upstream', origin])),
    undici: () => side(startBaseline('undici-proxy', folder, [origin])),
    fastify: () => side(startBaseline('fastify-http-proxy', folder, [origin])),
    httpProxy3: () => side(startBaseline('http-proxy-3', folder, [origin])),
    caddy: () => side(startCaddy(folder, { app: upstream.port })),
    nginx: () => side(startNginx(folder, { app: upstream.port })),
  };
  const field = await compareField(sides, median, SHORT_AND_MANY).finally(() => upstream.stop());
  return Object.entries(PEERS).map(([name, peer]: [string, Peer]) => {
    const { ours, baseline, ratio } = comparisonOf(field.ours, field[name as keyof typeof PEERS]);
    return {
      what: `gate, ${CONNECTIONS} connections, 1 KB`,
      unit: 'answers/s',
      ours,
      baseline: { what: `${peer.what}, checks nothing`, samples: baseline, ratio },
      ...(peer.target ? { target: peer.target } : {}),
    };
  });
}

/** The gate beside other proxies in front of the same upstream, all in the same rounds. */
export const gatePeers: Figure = { name: 'gate-peers', measure };
