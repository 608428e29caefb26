import { writeSync } from 'node:fs';
import { digestOf } from '@hallpass/core/digest';
import { StoreError } from 'hallpass/store/store';
import { create, sampleToken } from './samples.ts';
import { openFile } from './sqlite-place.ts';

// Creates tokens without end in the database it is given, and says which ones it was told are stored.
const AT_ONCE = 8;
const STDOUT = 1;

async function run(file: string): Promise<void> {
  const store = await openFile(file);
  const work = async () => {
    for (;;) {
      const token = sampleToken();
      await create(store, { ...token, name: token.id, digest: digestOf(token.id) });
      writeSync(STDOUT, `${token.id}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

try {
  await run(process.argv[2] ?? '');
} catch (error) {
  writeSync(STDOUT, `refused ${error instanceof StoreError ? error.fault : error}\n`);
}
