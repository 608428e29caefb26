import { AdminClient } from '@hallpass/sdk/admin';
import type { Command } from 'commander';
import { environment } from '../config.ts';
import { type AskFlags, askSecret } from './ask.ts';
import { addClientOptions, type ClientFlags, DEFAULT_URL, serverUrl, timeoutFrom } from './connection.ts';
import { contextsFile, readContexts, writeContexts } from './contexts.ts';
import { guide } from './examples.ts';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';
import { plain } from './plain.ts';
import { canAsk } from './screen.ts';
import { operatorKey, readSecretFile } from './secret-file.ts';

type Flags = ClientFlags & AskFlags;

const CONTEXT = 'default';

async function keyFor(flags: Flags, url: string, kept: string | undefined, io: CliIo): Promise<string> {
  if (flags.keyFile !== undefined)
    return operatorKey(await readSecretFile(flags.keyFile, '--key-file', io), '--key-file');
  if (kept !== undefined) return kept;
  if (!canAsk(flags, io))
    throw new Fault('usage', 'Give the operator key with --key-file FILE, or - for standard input.');
  const problem = (text: string) => {
    try {
      operatorKey(text, 'This');
      return undefined;
    } catch (error) {
      return error instanceof Fault ? error.message : String(error);
    }
  };
  return askSecret(io, `Operator key for ${url}:`, problem);
}

function warnIfOpen(url: string, io: CliIo): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))
    io.err('warning: The key travels unencrypted to this address; use https.\n');
}

/** `hallpass login`. */
export function login(command: Command, io: CliIo): void {
  guide(
    addClientOptions(command),
    [
      ['hallpass login', `asks for the key of ${DEFAULT_URL}`],
      ['hallpass login --key-file data/owner.key', ''],
      [
        'hallpass login --url https://hallpass.example.com --context prod --key-file -',
        'the key from standard input',
      ],
      ['hallpass login --context prod', 'use again what was logged in to before'],
    ],
    'The key is checked and kept in hallpass/contexts.json below XDG_CONFIG_HOME (~/.config), which\n' +
      'only you can read. HALLPASS_URL, HALLPASS_KEY and HALLPASS_KEY_FILE win over it.',
  )
    .option('--no-input', 'ask nothing, also on a terminal')
    .action(async (flags: Flags) => {
      const file = contextsFile(environment);
      const { contexts } = readContexts(file);
      const name = flags.context ?? CONTEXT;
      const known = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
      const given = flags.url ?? environment['HALLPASS_URL'];
      const url = given
        ? serverUrl(given, flags.url ? '--url' : 'HALLPASS_URL')
        : (known?.url ?? DEFAULT_URL);
      warnIfOpen(url, io);
      const kept = flags.context !== undefined && known?.url === url ? known.key : undefined;
      const key = await keyFor(flags, url, kept, io);
      const me = await new AdminClient({ url, key, timeout: timeoutFrom(flags) }).whoami();
      await writeContexts(file, { current: name, contexts: { ...contexts, [name]: { url, key } } });
      io.err(`Logged in to ${url} as ${plain(me.name)} (${me.role}), context ${plain(name)}.\n`);
    });
}
