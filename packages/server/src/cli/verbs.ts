import type { Command } from 'commander';
import type { CliIo } from './io.ts';

/** Gives a command its options and its action. */
export type Verb = (command: Command, io: CliIo) => void;

export interface VerbEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Verb>;
}

/** In the order of help. A verb's file is loaded only when the command line names it. */
const VERBS: readonly VerbEntry[] = [
  {
    name: 'serve',
    summary: 'run the server',
    load: async () => (await import('./serve.ts')).serve,
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
  },
];

export async function addVerbs(parent: Command, words: readonly string[], io: CliIo): Promise<void> {
  for (const { name, summary, load } of VERBS) {
    const command = parent.command(name).description(summary);
    if (words.includes(name)) (await load())(command, io);
  }
}
