import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Figures, median, medians } from './figures.ts';

const PROCESSES = 3;
const SMALL = 100_000;
const LARGE = 10_000_000;

/** One figure of the project: what was measured, beside what must at least (or at most) be reached. */
export interface CheckResult {
  readonly what: string;
  readonly measured: number;
  readonly wanted: string;
  readonly reached: boolean;
}

function runProcess(count: number, mode: 'baseline' | 'alone'): Figures {
  const program = fileURLToPath(new URL('./measure.js', import.meta.url));
  const done = spawnSync(process.execPath, ['--expose-gc', program, String(count), mode], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (done.status !== 0) throw new Error(`Measuring ${count} tokens failed.`);
  return JSON.parse(done.stdout);
}

function atLeast(what: string, measured: number, bound: number): CheckResult {
  return { what, measured, wanted: `>= ${bound}`, reached: measured >= bound };
}

function atMost(what: string, measured: number, bound: number): CheckResult {
  return { what, measured, wanted: `<= ${bound}`, reached: measured <= bound };
}

/** Runs small and large tables in turn, each in fresh processes; the medians over them, and the figures they are held to. */
export function benchCheck(): { small: Figures; large: Figures; results: CheckResult[] } {
  const small: Figures[] = [];
  const large: Figures[] = [];
  for (let i = 0; i < PROCESSES; i++) {
    small.push(runProcess(SMALL, 'baseline'));
    large.push(runProcess(LARGE, 'alone'));
  }
  const speed = median(small.map((run) => run.baselineNs / run.checkNs));
  const smallMedians = medians(small);
  const largeMedians = medians(large);
  return {
    small: smallMedians,
    large: largeMedians,
    results: [
      atLeast('check, of hash + Map.get, 100,000 tokens', speed, 1.2),
      atMost('check at 10 million, of itself at 100,000', largeMedians.checkNs / smallMedians.checkNs, 1.5),
      atMost('bytes a token at 10 million, no names', largeMedians.bytes, 64),
      atMost('worst GC pause in ms, load and checks', largeMedians.worstPause, 20),
    ],
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const figures = benchCheck();
  console.table(figures.results);
  console.log(JSON.stringify(figures, null, 2));
}
