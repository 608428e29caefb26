import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { type Example, guideOf } from 'hallpass/cli/examples';
import { newProgram } from 'hallpass/cli/program';
import { addAllVerbs } from 'hallpass/cli/verbs';

const io = {
  out: () => {},
  taken: () => Promise.resolve(),
  err: () => {},
  exit: () => {},
  start: () => Promise.reject(new Error('nothing is started here')),
  now: () => 0,
  random: randomBytes,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
};

/** The whole command line, as help and docs have it. */
export async function wholeProgram(): Promise<Command> {
  const program = newProgram(io);
  await addAllVerbs(program, io);
  return program;
}

export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

/** Every example that help and docs show, each once. */
export async function everyExample(): Promise<string[]> {
  const examples: Example[] = everyCommand(await wholeProgram()).flatMap((command) => [
    ...guideOf(command).examples,
  ]);
  return [...new Set(examples.map(([line]) => line))];
}
