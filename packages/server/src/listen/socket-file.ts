import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { StartError } from '../start-error.ts';

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = connect(path);
    probe.on('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(error);
    });
  });
}

/**
 * Makes way for a new socket at `path`: what a dead server left is removed. Rejects with a `StartError` when
 * somebody answers there, or when it is not a socket.
 */
export async function clearSocketFile(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket())
    throw new StartError('cannot_listen', `${path} exists and is not a socket; choose another path`);
  if (await isAnswered(path))
    throw new StartError(
      'cannot_listen',
      `Another server answers at ${path}; stop it or choose another path`,
    );
  await unlink(path);
}
