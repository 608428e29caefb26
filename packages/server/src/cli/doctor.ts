import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { PROXIES, type ProxyKind } from './doctor/faults.ts';
import { examineProxy } from './doctor/proxy.ts';
import { NoAnswer } from './doctor/raw-request.ts';
import { textOf } from './doctor/report.ts';
import { ExitError } from './exit-error.ts';
import type { CliIo } from './io.ts';

const EXAMPLES = `Examples:
  $ hallpass doctor proxy https://app.example.org --token-file rw.txt --read-only-token-file ro.txt
  $ hallpass doctor proxy http://127.0.0.1:8080 … --echo-path /debug/headers
  $ hallpass doctor proxy http://127.0.0.1:8080 … --expect-down     while Hallpass is stopped

Tries a proxy from outside, with two tokens made for it. POST, DELETE and a made-up method are sent to
--path, with the read-only token alone: nothing is written unless the proxy lets it. Ends with 0 when
all is good and with 1 when there are faults.
`;

interface Flags {
  readonly tokenFile: string;
  readonly readOnlyTokenFile: string;
  readonly path: string;
  readonly echoPath?: string;
  readonly expectDown?: true;
  readonly proxy?: ProxyKind;
  readonly json?: true;
}

const TOKEN_FORM = /^hp_[0-9A-Za-z]{36}$/;

function readToken(command: Command, file: string): string {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8').trim();
  } catch (error) {
    return command.error(`error: ${file} cannot be read: ${error instanceof Error ? error.message : ''}`);
  }
  return TOKEN_FORM.test(text) ? text : command.error(`error: ${file} holds no token, or more than one`);
}

function readUrl(command: Command, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.username;
  return plain ? url : command.error('error: the URL must be http(s)://HOST[:PORT]; name a path with --path');
}

function requirePath(command: Command, path: string | undefined): void {
  if (path !== undefined && !/^\/[!-~]*$/.test(path))
    command.error('error: a path begins with / and has no spaces');
}

async function proxy(command: Command, io: CliIo, where: string, flags: Flags): Promise<void> {
  const url = readUrl(command, where);
  requirePath(command, flags.path);
  requirePath(command, flags.echoPath);
  const values = {
    'read-write token': readToken(command, flags.tokenFile),
    'read-only token': readToken(command, flags.readOnlyTokenFile),
  };
  const { path, echoPath, expectDown = false } = flags;
  const report = await examineProxy({ url, values, path, echoPath, expectDown, proxy: flags.proxy }).catch(
    (error: unknown) => {
      if (error instanceof NoAnswer)
        throw new ExitError('unreachable', `No answer from ${url.host}: ${error.message}`);
      throw error;
    },
  );
  io.out(flags.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
  if (report.faults > 0) throw new ExitError('unexpected');
}

/** `hallpass doctor`: tries a live installation and says what is wrong with it. */
export function doctor(command: Command, io: CliIo): void {
  command
    .command('proxy <url>')
    .description('try a proxy that asks Hallpass, from outside')
    .requiredOption('--token-file <FILE>', 'file with a token that may write; - for standard input')
    .requiredOption(
      '--read-only-token-file <FILE>',
      'file with a token that may only read; - for standard input',
    )
    .option('--path <PATH>', 'what to ask for', '/')
    .option('--echo-path <PATH>', 'where your service answers with {"headers": …}, the headers it got')
    .option('--expect-down', 'Hallpass is stopped: see that everything is refused')
    .addOption(new Option('--proxy <NAME>', 'which proxy it is, when it does not say so').choices(PROXIES))
    .option('--json', 'the report as {url, proxy, faults, findings}')
    .addHelpText('before', EXAMPLES)
    .action(async (where: string, flags: Flags, proxyCommand: Command) =>
      proxy(proxyCommand, io, where, flags),
    );
}
