import type { Command } from 'commander';
import type { CliIo } from './io.ts';

/** Gives a command its options and its action. */
export type Verb = (command: Command, io: CliIo) => void;

export interface VerbEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Verb>;
  /** What stands below it: `hallpass token create`. */
  readonly verbs?: readonly VerbEntry[];
}

const TOKEN_VERBS: readonly VerbEntry[] = [
  {
    name: 'create',
    summary: 'make a token and print its value',
    load: async () => (await import('./token/create.ts')).create,
  },
  {
    name: 'list',
    summary: 'list tokens, never with their values',
    load: async () => (await import('./token/list.ts')).list,
  },
  {
    name: 'show',
    summary: 'show what is known of a token',
    load: async () => (await import('./token/show.ts')).show,
  },
  {
    name: 'value',
    summary: 'print the value of a token again',
    load: async () => (await import('./token/value.ts')).value,
  },
  {
    name: 'update',
    summary: 'change what is named and nothing else',
    load: async () => (await import('./token/update.ts')).update,
  },
  {
    name: 'rotate',
    summary: 'give a token a new value, with or without an overlap',
    load: async () => (await import('./token/rotate.ts')).rotate,
  },
  {
    name: 'enable',
    summary: 'let a token in again',
    load: async () => (await import('./token/switch.ts')).enable,
  },
  {
    name: 'disable',
    summary: 'refuse a token until it is enabled',
    load: async () => (await import('./token/switch.ts')).disable,
  },
  {
    name: 'delete',
    summary: 'remove a token for good',
    load: async () => (await import('./token/delete.ts')).remove,
  },
  {
    name: 'verify',
    summary: 'ask the server whether a value is valid',
    load: async () => (await import('./token/verify.ts')).verify,
  },
];

const OPERATOR_VERBS: readonly VerbEntry[] = [
  {
    name: 'create',
    summary: 'make an operator and print its key',
    load: async () => (await import('./operator/create.ts')).create,
  },
  {
    name: 'list',
    summary: 'list operators',
    load: async () => (await import('./operator/list.ts')).list,
  },
  {
    name: 'update',
    summary: 'change what is named and nothing else',
    load: async () => (await import('./operator/update.ts')).update,
  },
  {
    name: 'delete',
    summary: 'remove an operator for good',
    load: async () => (await import('./operator/delete.ts')).remove,
  },
];

const AUDIT_VERBS: readonly VerbEntry[] = [
  {
    name: 'verify',
    summary: 'check that no entry of the trail was changed or removed',
    load: async () => (await import('./audit/verify.ts')).verify,
  },
];

/** In the order of help. A verb's file is loaded only when the command line names it. */
const VERBS: readonly VerbEntry[] = [
  {
    name: 'serve',
    summary: 'run the server',
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'login',
    summary: 'remember a server and an operator key',
    load: async () => (await import('./login.ts')).login,
  },
  {
    name: 'logout',
    summary: 'forget them',
    load: async () => (await import('./logout.ts')).logout,
  },
  {
    name: 'whoami',
    summary: 'show which operator and server the other verbs use',
    load: async () => (await import('./whoami.ts')).whoami,
  },
  {
    name: 'token',
    summary: 'make, list, change and remove tokens',
    load: async () => (await import('./token/token.ts')).token,
    verbs: TOKEN_VERBS,
  },
  {
    name: 'operator',
    summary: 'make, list, change and remove operators',
    load: async () => (await import('./operator/operator.ts')).operator,
    verbs: OPERATOR_VERBS,
  },
  {
    name: 'audit',
    summary: 'show who did what, and when',
    load: async () => (await import('./audit/audit.ts')).audit,
    verbs: AUDIT_VERBS,
  },
  {
    name: 'replicas',
    summary: 'list the replicas that are connected, and how far each is',
    load: async () => (await import('./replicas.ts')).replicas,
  },
  {
    name: 'backup',
    summary: 'copy the database into a file, also while the server runs',
    load: async () => (await import('./backup.ts')).backup,
  },
  {
    name: 'restore',
    summary: 'put a backup where the database was',
    load: async () => (await import('./restore.ts')).restore,
  },
  {
    name: 'health',
    summary: 'ask whether the server is ready',
    load: async () => (await import('./health.ts')).health,
  },
  {
    name: 'config',
    summary: 'show the settings in effect and where they come from',
    load: async () => (await import('./config.ts')).config,
  },
  {
    name: 'doctor',
    summary: 'try a live installation and say what is wrong with it',
    load: async () => (await import('./doctor.ts')).doctor,
    verbs: [
      {
        name: 'proxy',
        summary: 'try a proxy that asks Hallpass, from outside',
        load: async () => (await import('./doctor.ts')).doctorProxy,
      },
    ],
  },
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    load: async () => (await import('./completion.ts')).completionOf(addAllVerbs),
  },
];

async function addEntries(
  parent: Command,
  entries: readonly VerbEntry[],
  wanted: (name: string) => boolean,
  io: CliIo,
): Promise<void> {
  for (const { name, summary, load, verbs = [] } of entries) {
    const command = parent.command(name).description(summary);
    if (!wanted(name)) continue;
    (await load())(command, io);
    await addEntries(command, verbs, wanted, io);
  }
}

/** Every verb by name, and those that the command line may mean with all that belongs to them. */
export function addVerbs(program: Command, words: readonly string[], io: CliIo): Promise<void> {
  return addEntries(program, VERBS, (name) => words.includes(name), io);
}

/** The whole tree, for what is made from it: completion, pages. */
export function addAllVerbs(program: Command, io: CliIo): Promise<void> {
  return addEntries(program, VERBS, () => true, io);
}
