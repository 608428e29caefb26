import type { Figure, Row } from '../figure.ts';
import { runProcesses } from '../replica/processes.ts';
import { samplesOf } from '../rounds.ts';

const PROCESSES = 5;

type Times = Readonly<
  Record<'guard' | 'guard-counting' | 'core' | 'jose' | 'jsonwebtoken' | 'fast-jwt' | 'better-auth', number>
>;

type Side = keyof Times;

const PEERS: readonly (readonly [Side, string])[] = [
  ['jose', 'jose, HS256'],
  ['jsonwebtoken', 'jsonwebtoken, HS256'],
  ['fast-jwt', 'fast-jwt, HS256, without its cache'],
  ['better-auth', "better-auth's verifyApiKey, over its adapter in memory"],
];

const WHAT = 'guard.check of an Authorization header, 100,000 tokens';
const CORE = 'the same header read and decided by core, with one clock';

async function measure(): Promise<Row[]> {
  const runs = runProcesses<Times>(PROCESSES, 'checks');
  const row = (what: string, ours: Side, side: Side, against: string): Row => ({
    what,
    unit: 'ns',
    ours: samplesOf(runs.map((run) => run[ours])),
    baseline: {
      what: `${against}; the ratio is of speeds`,
      samples: samplesOf(runs.map((run) => run[side])),
      ratio: samplesOf(runs.map((run) => run[side] / run[ours])),
    },
  });
  const held = (side: Side, against: string, value: number): Row => ({
    ...row(WHAT, 'guard', side, against),
    target: { bound: 'at least', value },
  });
  return [
    held('core', CORE, 0.9),
    row(`${WHAT}, and the counting of uses that is done at leisure`, 'guard-counting', 'core', CORE),
    ...PEERS.map(([side, what]) => held(side, what, 10)),
  ];
}

/** Checks in a service, by the SDK and by what others use, in the same process. */
export const sdkCheck: Figure = { name: 'sdk-check', measure };
