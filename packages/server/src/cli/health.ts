import { serverStatus } from '@hallpass/sdk/checks';
import type { Command } from 'commander';
import { addServerOptions, openServer, type ServerFlags } from './connection.ts';
import { guide } from './examples.ts';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';
import { printJson } from './listing.ts';
import { plain } from './plain.ts';

/** `hallpass health`. */
export function health(command: Command, io: CliIo): void {
  guide(addServerOptions(command), [
    ['hallpass health', 'ends with 0 when the server is ready, with 6 when not'],
    ['hallpass health --timeout 2s', 'for the health check of a container'],
  ])
    .option('--json', '{url, status}')
    .action(async (flags: ServerFlags & { readonly json?: boolean }) => {
      const server = await openServer(flags, io);
      const status = await serverStatus(server);
      if (flags.json) printJson(io, { url: server.url, status });
      else io.out(`${plain(status)}\n`);
      if (status !== 'ready')
        throw new Fault(
          'unreachable',
          `The server at ${server.url} is ${status}, not ready. Try again in a moment.`,
        );
    });
}
