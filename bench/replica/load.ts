// One process of the bench: loads a snapshot of so many tokens into a replica. Prints bytes a token on the wire, tokens a
// second, and bytes a token in memory as JSON. Arguments: number of tokens, `names` or nothing. Needs --expose-gc.
import { Replica } from '@hallpass/core/replica';
import { Population } from '../check/population.ts';
import { snapshotOf } from './snapshot.ts';

function bytesHeld(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const now = () => ({ wall: Date.now(), monotonic: performance.now() });

const count = Number(process.argv[2]);
const replica = new Replica({ names: process.argv[3] === 'names' });
const population = new Population(count);
const before = bytesHeld();
let [wire, taken] = [0, 0n];
replica.beginSnapshot('server', now());
for (const piece of snapshotOf(population)) {
  wire += piece.length;
  const start = process.hrtime.bigint();
  replica.pushSnapshot(piece, now());
  taken += process.hrtime.bigint() - start;
}
if (replica.tokens.size !== count) throw new Error('The replica lost a token.');
const bytes = (bytesHeld() - before) / count;
console.log(
  JSON.stringify({
    wire: wire / count,
    rate: (count * 1e9) / Number(taken),
    bytes,
    size: replica.tokens.size,
  }),
);
