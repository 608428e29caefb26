import { join } from 'node:path';
import { startBaseline } from '../baseline.ts';
import { median } from '../check/figures.ts';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { runLoad } from '../load/run-load.ts';
import { prepareData } from '../prepared.ts';
import { startCaddy, startNginx } from '../proxies.ts';
import { getEach } from '../requests.ts';
import { compareField, comparisonOf, SHORT_AND_MANY, SHORT_PHASES, type Side } from '../rounds.ts';
import type { ServerProcess } from '../server-process.ts';

const CONNECTIONS = 50;
const SIZE = 1_024;
const TRUSTED = ['--trusted-proxies', '127.0.0.1'];

async function measure({ folder }: Bench): Promise<Row[]> {
  const upstream = await startBaseline('upstream', folder);
  const app = upstream.port;
  const requests = new Map<string, readonly string[]>();
  for (const name of ['nginx', 'caddy'])
    requests.set(name, getEach('/page', await prepareData(join(folder, name), 1_000)));
  const side = async (
    name: string,
    proxy: Promise<ServerProcess>,
    hallpass?: ServerProcess,
  ): Promise<Side> => {
    const { port } = await proxy;
    const expect = { status: 200, least: SIZE, most: SIZE };
    const plan = {
      port,
      connections: CONNECTIONS,
      requests: requests.get(name) ?? [],
      expect,
      ...SHORT_PHASES,
    };
    return {
      measure: async () => (await runLoad(plan)).rate,
      stop: async () => {
        await (await proxy).stop();
        await hallpass?.stop();
      },
    };
  };
  const asking = async (name: string, start: typeof startNginx): Promise<Side> => {
    const hallpass = await startHallpass(join(folder, name), TRUSTED);
    return side(name, start(folder, { app, hallpass: hallpass.port }), hallpass);
  };
  const sides = {
    nginxAsking: () => asking('nginx', startNginx),
    nginx: () => side('nginx', startNginx(folder, { app })),
    caddyAsking: () => asking('caddy', startCaddy),
    caddy: () => side('caddy', startCaddy(folder, { app })),
  };
  const field = await compareField(sides, median, SHORT_AND_MANY).finally(() => upstream.stop());
  const row = (name: string, asked: readonly number[], plain: readonly number[]): Row => {
    const { ours, baseline, ratio } = comparisonOf(asked, plain);
    const what = `${name} that asks Hallpass about every request, as its guide prints it`;
    return {
      what,
      unit: 'answers/s',
      ours,
      baseline: { what: 'the same without asking', samples: baseline, ratio },
    };
  };
  return [row('nginx', field.nginxAsking, field.nginx), row('Caddy', field.caddyAsking, field.caddy)];
}

/** What asking costs a proxy. */
export const forwardAuth: Figure = { name: 'forward-auth', measure };
