import { join } from 'node:path';
import { startBaseline } from '../baseline.ts';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { runLoad } from '../load/run-load.ts';
import { prepareData } from '../prepared.ts';
import { getEach } from '../requests.ts';
import { compare, SHORT_AND_MANY, SHORT_PHASES, type Side } from '../rounds.ts';
import type { ServerProcess } from '../server-process.ts';

const CONNECTIONS = 50;
const SIZE = 1_024;

async function measure({ folder }: Bench): Promise<Row[]> {
  const data = join(folder, 'data');
  const values = await prepareData(data, 1_000);
  const upstream = await startBaseline('upstream', folder);
  const requests = getEach('/page', values);
  const sideOf = (server: ServerProcess): Side => ({
    measure: async () => {
      const expect = { status: 200, least: SIZE, most: SIZE };
      const plan = { port: server.port, connections: CONNECTIONS, requests, expect };
      return (await runLoad({ ...plan, ...SHORT_PHASES })).rate;
    },
    stop: () => server.stop(),
  });
  const startOurs = async () =>
    sideOf(await startHallpass(data, ['--upstream', `http://127.0.0.1:${upstream.port}`]));
  const startPlain = async () =>
    sideOf(await startBaseline('undici-proxy', folder, [`http://127.0.0.1:${upstream.port}`]));
  const { ours, baseline, ratio } = await compare(startOurs, startPlain, SHORT_AND_MANY).finally(() =>
    upstream.stop(),
  );
  const what = 'node:http with undici dispatch, checks nothing';
  return [
    {
      what: `gate in front of a 1 KB upstream, ${CONNECTIONS} connections (three processes)`,
      unit: 'answers/s',
      ours,
      baseline: { what, samples: baseline, ratio },
      target: { bound: 'at least', value: 0.9 },
    },
  ];
}

export const gate: Figure = { name: 'gate', measure };
