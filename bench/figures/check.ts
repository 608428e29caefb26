import { benchCheck } from '../check/main.ts';
import type { Figure, Row } from '../figure.ts';
import { samplesOf } from '../rounds.ts';

const one = (value: number) => samplesOf([value]);

/** The table in memory; its program runs and takes the medians of three processes of each size itself. */
async function measure(): Promise<Row[]> {
  const { small, large, results } = benchCheck();
  const [speed] = results;
  return [
    {
      what: 'check of a fresh token string, 100,000 tokens',
      unit: 'ns',
      ours: one(small.checkNs),
      baseline: {
        what: "crypto.hash('sha256', t, 'hex') and Map.get; the ratio is of speeds",
        samples: one(small.baselineNs),
        ratio: one(speed?.measured ?? Number.NaN),
      },
      target: { bound: 'at least', value: 1.2 },
    },
    {
      what: 'check of a fresh token string, 10 million tokens',
      unit: 'ns',
      ours: one(large.checkNs),
      baseline: {
        what: 'its own cost at 100,000',
        samples: one(small.checkNs),
        ratio: one(large.checkNs / small.checkNs),
      },
      target: { bound: 'at most', value: 1.5 },
    },
    {
      what: 'memory a token, 10 million tokens without names',
      unit: 'bytes',
      ours: one(large.bytes),
      target: { bound: 'at most', value: 64 },
    },
    {
      what: 'worst GC pause in any process, loading and checking 10 million tokens',
      unit: 'ms',
      ours: one(large.worstPause),
      target: { bound: 'at most', value: 20 },
    },
  ];
}

export const check: Figure = { name: 'check', measure };
