import type { Command } from 'commander';

/** A command line as one types it, and what it is for. */
export type Example = readonly [line: string, purpose: string];

export interface Guide {
  readonly examples: readonly Example[];
  /** What there is to know beside the options. */
  readonly notes: string;
}

const guides = new WeakMap<Command, Guide>();

/** Puts examples before everything else in a command's help, and notes behind them. */
export function guide(command: Command, examples: readonly Example[], notes = ''): Command {
  guides.set(command, { examples, notes });
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, purpose]) => `  $ ${line.padEnd(width)}  ${purpose}`.trimEnd());
  const text = notes === '' ? '' : `\n${notes}\n`;
  return command.addHelpText('before', `Examples:\n${lines.join('\n')}\n${text}`);
}

export function guideOf(command: Command): Guide {
  return guides.get(command) ?? { examples: [], notes: '' };
}
