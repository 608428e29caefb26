import { join } from 'node:path';
import { startBaseline } from '../baseline.ts';
import { median } from '../check/figures.ts';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import type { Load } from '../load/plan.ts';
import { runLoad } from '../load/run-load.ts';
import { prepareData } from '../prepared.ts';
import { startNginx } from '../proxies.ts';
import { getEach } from '../requests.ts';
import { compareField, FEW, type Side, samplesOf } from '../rounds.ts';
import type { ServerProcess } from '../server-process.ts';

const RATE = 1_000;
const CONNECTIONS = 50;
const SIZE = 1_024;

const PERCENTILES = ['p50', 'p99'] as const;

type Times = Pick<Load, (typeof PERCENTILES)[number]>;

function merge(loads: readonly Times[]): Times {
  return { p50: median(loads.map(({ p50 }) => p50)), p99: median(loads.map(({ p99 }) => p99)) };
}

async function measure({ folder }: Bench): Promise<Row[]> {
  // A database belongs to one server.
  const requestsFor = async (data: string) => getEach('/page', await prepareData(data, 1_000));
  const [ofGate, ofProxy] = [join(folder, 'gate'), join(folder, 'proxy')];
  const [toGate, toProxy] = [await requestsFor(ofGate), await requestsFor(ofProxy)];
  const upstream = await startBaseline('upstream', folder);
  const app = upstream.port;
  const side = (
    port: number,
    requests: readonly string[],
    ...servers: readonly ServerProcess[]
  ): Side<Times> => {
    const expect = { status: 200, least: SIZE, most: SIZE };
    const plan = {
      port,
      connections: CONNECTIONS,
      requests,
      expect,
      warmUpMs: 500,
      measureMs: 3_000,
      rate: RATE,
    };
    return {
      measure: () => runLoad(plan),
      stop: async () => {
        for (const server of servers) await server.stop();
      },
    };
  };
  const sides = {
    none: async () => side(app, toProxy),
    gate: async () => {
      const server = await startHallpass(ofGate, ['--upstream', `http://127.0.0.1:${app}`]);
      return side(server.port, toGate, server);
    },
    nginx: async () => {
      const server = await startNginx(folder, { app });
      return side(server.port, toProxy, server);
    },
    nginxAsking: async () => {
      const hallpass = await startHallpass(ofProxy, ['--trusted-proxies', '127.0.0.1']);
      const server = await startNginx(folder, { app, hallpass: hallpass.port });
      return side(server.port, toProxy, server, hallpass);
    },
  };
  const field = await compareField(sides, merge, FEW).finally(() => upstream.stop());
  const rows = (what: string, loads: readonly Times[]): Row[] =>
    PERCENTILES.map((percentile) => {
      const added = loads.map((load, i) => load[percentile] - (field.none[i]?.[percentile] ?? Number.NaN));
      const all = `${percentile} added by ${what}, ${RATE.toLocaleString('en-US')} requests a second`;
      return { what: all, unit: 'ms', ours: samplesOf(added) };
    });
  return [
    ...rows('the gate', field.gate),
    ...rows('nginx that asks Hallpass', field.nginxAsking),
    ...rows('nginx that asks nobody', field.nginx),
  ];
}

/** What is added to the time of a request that goes to the upstream directly, sent at even steps. */
export const addedLatency: Figure = { name: 'added-latency', measure };
