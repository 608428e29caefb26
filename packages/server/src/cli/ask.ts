import type { Option } from '@clack/prompts';
import { Fault } from './fault.ts';
import type { CliIo } from './io.ts';
import { canAsk, questionScreen } from './screen.ts';

export interface AskFlags {
  /** False for `--no-input`. */
  readonly input?: boolean;
  readonly yes?: boolean;
}

const CANCELLED = 'Cancelled. Nothing was done.';

/** Loaded when there is something to ask, and not before. */
async function clack(io: CliIo) {
  const prompts = await import('@clack/prompts');
  const answered = <T extends string | boolean | symbol>(answer: T): Exclude<T, symbol> => {
    if (prompts.isCancel(answer)) throw new Fault('interrupted', CANCELLED);
    return answer as Exclude<T, symbol>;
  };
  return { prompts, answered, streams: { input: io.stdin, output: questionScreen(io) } };
}

/** `problem` says what is wrong with an answer, or nothing. */
export async function askText(
  io: CliIo,
  message: string,
  problem: (answer: string) => string | undefined,
): Promise<string> {
  const { prompts, answered, streams } = await clack(io);
  return answered(await prompts.text({ ...streams, message, validate: (answer = '') => problem(answer) }));
}

export async function askSecret(
  io: CliIo,
  message: string,
  problem: (answer: string) => string | undefined,
): Promise<string> {
  const { prompts, answered, streams } = await clack(io);
  const validate = (answer = '') => problem(answer.trim());
  return answered(await prompts.password({ ...streams, message, validate })).trim();
}

export async function askChoice(
  io: CliIo,
  message: string,
  options: Option<string>[],
  initialValue: string,
): Promise<string> {
  const { prompts, answered, streams } = await clack(io);
  return answered(await prompts.select<string>({ ...streams, message, options, initialValue }));
}

/** Goes on only when somebody says yes, on the terminal or with `--yes`. */
export async function confirm(flags: AskFlags, io: CliIo, message: string): Promise<void> {
  if (flags.yes) return;
  if (!canAsk(flags, io))
    throw new Fault('usage', 'This cannot be undone: add --yes to do it without being asked.');
  const { prompts, answered, streams } = await clack(io);
  if (!answered(await prompts.confirm({ ...streams, message, initialValue: false })))
    throw new Fault('interrupted', CANCELLED);
}
