import type { Command } from 'commander';
import type { EffectiveSetting } from '../config/read.ts';
import { loadConfig } from '../config.ts';
import { guide } from './examples.ts';
import type { CliIo } from './io.ts';
import { addSettingOptions } from './setting-options.ts';

function tableOf(settings: readonly EffectiveSetting[]): string {
  const rows = [
    ['SETTING', 'VALUE', 'SOURCE'],
    ...settings.map(({ name, value, source }) => [name, value || '-', source]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return `${lines.join('\n')}\n`;
}

/** `hallpass config`: the settings in effect with their source; secrets are masked. */
export function config(command: Command, io: CliIo): void {
  guide(addSettingOptions(command), [
    ['hallpass config', 'what a server started here would run by'],
    ['hallpass config --port 8080', '… and with this flag'],
    ['hallpass config --json', ''],
  ])
    .option('--json', 'an array of {name, value, source}; value is null when not set')
    .action(({ json, ...flags }: Record<string, unknown>) => {
      const { effective, warnings } = loadConfig(flags);
      for (const warning of warnings) io.err(`warning: ${warning}\n`);
      io.out(json === true ? `${JSON.stringify(effective, null, 2)}\n` : tableOf(effective));
    });
}
