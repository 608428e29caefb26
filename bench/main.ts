// Measures the figures named by the arguments, or all. `--save` keeps them in the repository.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from './fault.ts';
import { type Figure, isMet, type Result } from './figure.ts';
import { addedLatency } from './figures/added-latency.ts';
import { check } from './figures/check.ts';
import { cliStart } from './figures/cli-start.ts';
import { creates } from './figures/creates.ts';
import { feed } from './figures/feed.ts';
import { forwardAuth } from './figures/forward-auth.ts';
import { gate } from './figures/gate.ts';
import { gatePeers } from './figures/gate-peers.ts';
import { returning } from './figures/return.ts';
import { sdkCheck } from './figures/sdk-check.ts';
import { snapshot } from './figures/snapshot.ts';
import { start } from './figures/start.ts';
import { streams } from './figures/streams.ts';
import { verify } from './figures/verify.ts';
import { verifyUnderCreates } from './figures/verify-under-creates.ts';
import { OUT, save, writeResults } from './keep.ts';
import { describe, readMachine } from './machine.ts';
import { tableOf } from './table.ts';

const FIGURES: readonly Figure[] = [
  check,
  sdkCheck,
  snapshot,
  verify,
  gate,
  gatePeers,
  forwardAuth,
  addedLatency,
  streams,
  creates,
  verifyUnderCreates,
  feed,
  returning,
  start,
  cliStart,
];

async function measure(figure: Figure): Promise<Result> {
  // Not where temporary files go: that may be memory, which makes every write durable for nothing.
  const folder = mkdtempSync(join(OUT, `${figure.name}-`));
  const about = { figure: figure.name, machine: readMachine() };
  try {
    return { ...about, rows: await figure.measure({ folder }), fault: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ...about, rows: [], fault: error.message };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const words = process.argv.slice(2);
const wanted = words.filter((word) => word !== '--save');
const unknown = wanted.filter((word) => !FIGURES.some(({ name }) => name === word));
const figures = FIGURES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (unknown.length > 0) {
  console.error(
    `No figure is called ${unknown.join(' or ')}. There are: ${FIGURES.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}
mkdirSync(OUT, { recursive: true });
const results: Result[] = [];
for (const figure of figures) {
  console.error(`Measuring ${figure.name} …`);
  const result = await measure(figure);
  results.push(result);
  // At once: all of them take half an hour, and what was measured by then stays when the rest is called off.
  writeResults(OUT, [result]);
  if (words.includes('--save')) {
    save(
      [result],
      FIGURES.map(({ name }) => name),
    );
  }
}
console.log(`${describe(readMachine())}\n\n${tableOf(results)}`);
const allMet = results.every(({ rows, fault }) => fault === null && rows.every(isMet));
process.exitCode = allMet ? 0 : 1;
