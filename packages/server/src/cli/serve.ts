import type { Command } from 'commander';
import type { Flags } from '../config/levels.ts';
import { loadConfig } from '../config.ts';
import { createLogger } from '../log.ts';
import { guide } from './examples.ts';
import type { CliIo } from './io.ts';
import { liveUntilStopped } from './lifetime.ts';
import { addSettingOptions } from './setting-options.ts';

const NOTES = `Every flag is also an environment variable (--tls-cert: HALLPASS_TLS_CERT) and a name in
hallpass.json (tls_cert); flags win over the environment, the environment over the file.
SIGTERM and Ctrl-C stop the server when the requests under way are answered, SIGHUP reads the
certificate and the gate file again.`;

/** `hallpass serve`: runs until it is told to stop. */
export function serve(command: Command, io: CliIo): void {
  guide(
    addSettingOptions(command),
    [
      ['hallpass serve', 'run on http://127.0.0.1:4255'],
      ['hallpass serve --upstream http://127.0.0.1:8080', 'put the gate in front of a service'],
      ['hallpass serve --host :: --tls-cert cert.pem --tls-key key.pem', ''],
    ],
    NOTES,
  ).action(async (flags: Flags) => {
    const { config, warnings } = loadConfig(flags);
    const log = createLogger(config.logLevel);
    for (const warning of warnings) log.warn({}, warning);
    const start = () => io.start(config, { log, stdout: (line) => io.out(`${line}\n`) });
    await liveUntilStopped({ start, log, exit: io.exit });
  });
}
