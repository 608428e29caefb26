import type { Figure, Row } from '../figure.ts';
import { runProcesses } from '../replica/processes.ts';
import { samplesOf } from '../rounds.ts';

const PROCESSES = 3;
const SIZES = [1_000_000, 10_000_000] as const;

interface Load {
  readonly wire: number;
  readonly rate: number;
  readonly bytes: number;
}

function rowsOf(count: number): Row[] {
  const runs = runProcesses<Load>(PROCESSES, 'load', String(count));
  const size = `${count / 1_000_000} million tokens`;
  const of = (pick: (load: Load) => number) => samplesOf(runs.map(pick));
  return [
    {
      what: `snapshot, ${size}, names left out`,
      unit: 'bytes a token',
      ours: of((run) => run.wire),
      target: { bound: 'at most', value: 64 },
    },
    {
      what: `a replica that keeps no names loads ${size}`,
      unit: 'tokens/s',
      ours: of((run) => run.rate),
      target: { bound: 'at least', value: 1_000_000 },
    },
    {
      what: `memory of a replica that keeps no names, ${size}`,
      unit: 'bytes a token',
      ours: of((run) => run.bytes),
      target: { bound: 'at most', value: 64 },
    },
  ];
}

/** A snapshot in a replica: what it takes on the wire, in time and in memory. */
export const snapshot: Figure = { name: 'snapshot', measure: async () => SIZES.flatMap(rowsOf) };
