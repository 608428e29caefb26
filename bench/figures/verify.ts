import { join } from 'node:path';
import { sameAnswer, startBaseline } from '../baseline.ts';
import type { Bench, Figure, Row } from '../figure.ts';
import { startHallpass } from '../hallpass.ts';
import { runLoad } from '../load/run-load.ts';
import { prepareData } from '../prepared.ts';
import { EMPTY, getEach } from '../requests.ts';
import { compare, SHORT_AND_MANY, SHORT_PHASES, type Side } from '../rounds.ts';
import type { ServerProcess } from '../server-process.ts';

const CONNECTIONS = 50;
const PATH = '/_/verify';
async function measure({ folder }: Bench): Promise<Row[]> {
  const data = join(folder, 'data');
  const values = await prepareData(data, 1_000);
  const requests = getEach(PATH, values);
  const sideOf = (server: ServerProcess): Side => ({
    measure: async () => {
      const plan = { port: server.port, connections: CONNECTIONS, requests, expect: EMPTY };
      return (await runLoad({ ...plan, ...SHORT_PHASES })).rate;
    },
    stop: () => server.stop(),
  });
  let headers: string[] = [];
  const startOurs = async () => {
    const server = await startHallpass(data);
    headers = await sameAnswer(server.port, PATH, values[0] ?? '');
    return sideOf(server);
  };
  const startBare = async () => sideOf(await startBaseline('bare-http', folder, headers));
  const { ours, baseline, ratio } = await compare(startOurs, startBare, SHORT_AND_MANY);
  const what = 'bare node:http that answers the same bytes';
  return [
    {
      what: `${PATH} over HTTP, keep-alive, ${CONNECTIONS} connections, 1,000 tokens`,
      unit: 'answers/s',
      ours,
      baseline: { what, samples: baseline, ratio },
      target: { bound: 'at least', value: 0.85 },
    },
  ];
}

export const verify: Figure = { name: 'verify', measure };
