import type { Server } from 'node:http';

/** Resolves once nobody is connected to a server. */
export async function noConnections(server: Server): Promise<void> {
  const count = () =>
    new Promise<number>((resolve, reject) =>
      server.getConnections((error, n) => (error ? reject(error) : resolve(n))),
    );
  while ((await count()) > 0) await new Promise((resolve) => setImmediate(resolve));
}
