import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { PROXIES, type ProxyKind } from './doctor/faults.ts';
import { examineProxy } from './doctor/proxy.ts';
import { NoAnswer } from './doctor/raw-request.ts';
import { textOf } from './doctor/report.ts';
import { type Example, guide } from './examples.ts';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';

const EXAMPLES: readonly Example[] = [
  [
    'hallpass doctor proxy https://hallpass.example.com --token-file rw.txt --read-only-token-file ro.txt',
    'with two tokens made for it',
  ],
  [
    'hallpass doctor proxy https://hallpass.example.com --token-file rw.txt --read-only-token-file ro.txt --expect-down',
    'while Hallpass is stopped: everything must be refused',
  ],
];

const NOTES = `Tries a proxy from outside. POST, DELETE and a made-up method are sent to --path, with the read-only
token alone: nothing is written unless the proxy lets it. Ends with 0 when all is good and with 1 when
there are faults.`;

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
        throw new Fault('unreachable', `No answer from ${url.host}: ${error.message}`);
      throw error;
    },
  );
  io.out(flags.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
  if (report.faults > 0) throw new Fault('unexpected', '');
}

/** `hallpass doctor`: tries a live installation and says what is wrong with it. */
export function doctor(command: Command): void {
  guide(command, EXAMPLES);
}

/** `hallpass doctor proxy`. */
export function doctorProxy(command: Command, io: CliIo): void {
  guide(command, EXAMPLES, NOTES)
    .argument('<url>', 'where the proxy is: http(s)://HOST[:PORT]')
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
    .action(async (where: string, flags: Flags, proxyCommand: Command) =>
      proxy(proxyCommand, io, where, flags),
    );
}
