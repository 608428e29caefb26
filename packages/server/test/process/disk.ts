import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place, ReadyServer } from './place.ts';

function run(command: string, ...words: readonly string[]): boolean {
  return spawnSync(command, words).status === 0;
}

/** The data folder's disk, as small as a test wants it. */
export interface SmallDisk {
  fill(server: ReadyServer): void;
  free(server: ReadyServer): void;
}

/** A file system of its own that can be filled up. */
function mounted({ data }: Place): SmallDisk {
  const ballast = join(data, 'ballast');
  return {
    fill() {
      for (let size = 1 << 20; size >= 1; size >>= 1)
        try {
          for (;;) writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' });
        } catch {}
    },
    free: () => rmSync(ballast),
  };
}

/** Where nothing may be mounted: no file of the process may grow, which its writes notice in the same way. */
const LIMITED: SmallDisk = {
  fill: ({ child }) => void run('prlimit', `--pid=${child.pid}`, '--fsize=0:unlimited'),
  free: ({ child }) => void run('prlimit', `--pid=${child.pid}`, '--fsize=unlimited:unlimited'),
};

/** Puts the data folder of a place onto a small disk, before a server starts there. */
export function smallDisk(made: Place): SmallDisk {
  mkdirSync(made.data, { mode: 0o700 });
  if (!run('mount', '-t', 'tmpfs', '-o', 'size=2m,mode=700', 'none', made.data)) return LIMITED;
  made.atEnd(() => run('umount', made.data));
  return mounted(made);
}
