import { hasForm } from '@hallpass/core/token';
import { checkToken, type TokenCheck } from '@hallpass/sdk/checks';
import { type Command, Option } from 'commander';
import { type AskFlags, askSecret } from '../ask.ts';
import { addServerOptions, openServer, type ServerFlags } from '../connection.ts';
import { guide } from '../examples.ts';
import { Fault } from '../fault.ts';
import type { CliIo } from '../io.ts';
import { printJson } from '../listing.ts';
import { expiryText } from '../moments.ts';
import { plain } from '../plain.ts';
import { canAsk } from '../screen.ts';
import { readSecretFile } from '../secret-file.ts';

interface Flags extends ServerFlags, AskFlags {
  readonly tokenFile?: string;
  readonly tokenStdin?: boolean;
  readonly write?: boolean;
  readonly json?: boolean;
}

async function presented(flags: Flags, io: CliIo): Promise<string> {
  if (flags.tokenStdin) return readSecretFile('-', '--token-stdin', io);
  if (flags.tokenFile !== undefined) return readSecretFile(flags.tokenFile, '--token-file', io);
  if (canAsk(flags, io))
    return askSecret(io, 'The token:', (text) => (text === '' ? 'Paste its value.' : undefined));
  throw new Fault('usage', 'Give the token with --token-file FILE or --token-stdin.');
}

function describe(check: TokenCheck & { valid: true }, now: number): string {
  const access = check.write ? 'may read and write' : 'may only read';
  return `valid: ${plain(check.name)}, ${access}, ${expiryText(check.expires_at, now)}`;
}

/** `hallpass token verify`. */
export function verify(command: Command, io: CliIo): void {
  guide(
    addServerOptions(command),
    [
      ['hallpass token verify --token-file token', 'ends with 0 when it is valid, with 10 when it is not'],
      ['printenv API_TOKEN | hallpass token verify --token-stdin --write', 'whether it may write'],
    ],
    'It needs no operator key, and it counts as a use of the token.',
  )
    .addOption(new Option('--token-file <FILE>', 'file with the value').conflicts('tokenStdin'))
    .option('--token-stdin', 'read the value from standard input')
    .option('--write', 'ask whether it may write, not only read')
    .option('--no-input', 'ask nothing, also on a terminal')
    .option('--json', '{valid, id, name, write, expires_at}, or {valid, reason}')
    .action(async (flags: Flags) => {
      const server = await openServer(flags, io);
      const value = await presented(flags, io);
      // What has not the form of a token is none, and may be a secret of another kind: it stays here.
      const check: TokenCheck = hasForm(value, 'hp_')
        ? await checkToken(server, value, flags.write ? 'write' : 'read')
        : { valid: false, reason: 'not_valid' };
      if (flags.json) printJson(io, check);
      else if (check.valid) io.out(`${describe(check, io.now())}\n`);
      if (check.valid) return;
      throw new Fault(
        'token_not_valid',
        check.reason === 'read_only' ? 'The token may read, but not write.' : 'The token is not valid.',
      );
    });
}
