import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { mint } from '@hallpass/core/token';
import { type Program, ServerProcess } from './server-process.ts';

const BIN = fileURLToPath(new URL('../../packages/server/dist/bin.js', import.meta.url));

/** The key of the owner of every server here. */
export const OWNER_KEY: string = mint('hpo_', randomBytes).reveal();

/** The server as it is shipped, on the database in `folder`, with these settings beside. */
export function startHallpass(folder: string, settings: readonly string[] = []): Promise<ServerProcess> {
  const program: Program = {
    command: process.execPath,
    args: (port) => [BIN, 'serve', '--port', String(port), '--data', folder, ...settings],
    env: { HALLPASS_OWNER_KEY: OWNER_KEY },
    readyPath: '/_/health/ready',
    folder,
  };
  return ServerProcess.start(program);
}
