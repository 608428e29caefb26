import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passedOn } from 'hallpass/http/gate/litter';

const MIB = 2 ** 20;
/** Node lets 32 MiB of young buffers lie before it collects by itself. */
const MOST = 24 * MIB;

test('chunks that were passed on take little memory, however many there were', () => {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let i = 0; i < 4096; i++) {
    passedOn(Buffer.allocUnsafeSlow(65_536));
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  assert.ok(most < MOST, `${Math.round(most / MIB)} MiB of passed chunks were held`);
});
