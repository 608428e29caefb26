import type { ProxyKind } from './faults.ts';
import type { Finding } from './finding.ts';

export interface Report {
  readonly url: string;
  readonly proxy: ProxyKind | null;
  readonly faults: number;
  readonly findings: readonly Finding[];
}

const MARKS = { good: 'ok', fault: 'FAULT', not_checked: '--' } as const;

function linesOf({ check, result, trials = [], means, change }: Finding): string[] {
  const first = `${MARKS[result].padEnd(6)} ${check}${result === 'not_checked' ? ': not checked' : ''}`;
  const tried = trials.map(({ sent, came }) => `         sent    ${sent}  ->  ${came}`);
  return [
    first,
    ...tried,
    ...(means === undefined ? [] : [`         means   ${means}`]),
    ...(change === undefined ? [] : [`         change  ${change}`]),
  ];
}

export function textOf({ url, proxy, faults, findings }: Report): string {
  const count = faults === 0 ? 'No faults.' : faults === 1 ? '1 fault.' : `${faults} faults.`;
  const lines = [`${url} (${proxy ?? 'proxy not known'})`, '', ...findings.flatMap(linesOf), '', count];
  return `${lines.join('\n')}\n`;
}
