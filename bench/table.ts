import { isMet, type Result, type Row } from './figure.ts';
import type { Samples } from './rounds.ts';

const HEADINGS = ['figure', 'ours', 'baseline', 'ratio', 'target', 'met'];

function numeral(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

function spread({ least, most, each }: Samples): string {
  return each.length === 1 ? '' : ` (${numeral(least)}–${numeral(most)})`;
}

function cells(row: Row): string[] {
  const { what, unit, ours, baseline, target } = row;
  const bound = target && `${target.bound === 'at least' ? '≥' : '≤'} ${target.value}`;
  const { ratio, samples } = baseline ?? {};
  return [
    baseline ? `${what}; baseline: ${baseline.what}` : what,
    `${numeral(ours.median)} ${unit}${ratio ? '' : spread(ours)}`,
    samples ? `${numeral(samples.median)} ${unit}` : '',
    ratio ? `${numeral(ratio.median)}${spread(ratio)}` : '',
    bound === undefined ? '' : baseline ? bound : `${bound} ${unit}`,
    bound === undefined ? '' : isMet(row) ? 'yes' : 'no',
  ];
}

function linesOf({ figure, rows, fault }: Result): string[][] {
  return fault === null ? rows.map(cells) : [[figure, `failed: ${fault}`, '', '', '', 'no']];
}

/** The results as a Markdown table, its columns padded so that it can be read as it is. */
export function tableOf(results: readonly Result[]): string {
  const lines = [HEADINGS, ...results.flatMap(linesOf)];
  const widths = HEADINGS.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const rule = widths.map((width) => '-'.repeat(width));
  lines.splice(1, 0, rule);
  return lines
    .map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`)
    .join('\n');
}
