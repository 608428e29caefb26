import type { Figure, Row } from '../figure.ts';
import { runProcesses } from '../replica/processes.ts';
import { samplesOf } from '../rounds.ts';

const PROCESSES = 5;

type Times = Readonly<
  Record<'guard' | 'core' | 'jose' | 'jsonwebtoken' | 'fast-jwt' | 'better-auth', number>
>;

const PEERS: readonly (readonly [keyof Times, string])[] = [
  ['jose', 'jose, HS256'],
  ['jsonwebtoken', 'jsonwebtoken, HS256'],
  ['fast-jwt', 'fast-jwt, HS256, without its cache'],
  ['better-auth', "better-auth's verifyApiKey, over its adapter in memory"],
];

async function measure(): Promise<Row[]> {
  const runs = runProcesses<Times>(PROCESSES, 'checks');
  const against = (side: keyof Times, what: string, target: number): Row => ({
    what: 'guard.check of an Authorization header, 100,000 tokens',
    unit: 'ns',
    ours: samplesOf(runs.map((run) => run.guard)),
    baseline: {
      what: `${what}; the ratio is of speeds`,
      samples: samplesOf(runs.map((run) => run[side])),
      ratio: samplesOf(runs.map((run) => run[side] / run.guard)),
    },
    target: { bound: 'at least', value: target },
  });
  return [
    against('core', 'the same header read and decided by core, with one clock', 0.9),
    ...PEERS.map(([side, what]) => against(side, what, side === 'better-auth' ? 100 : 5)),
  ];
}

/** Checks in a service, by the SDK and by what others use, in the same process. */
export const sdkCheck: Figure = { name: 'sdk-check', measure };
