import { readFileSync } from 'node:fs';

/** Ports as the guides print them. */
export const PRINTED = { hallpass: 4255, proxy: 8080, app: 8081 } as const;

export type Ports = { readonly [P in keyof typeof PRINTED]: number };

/** The text of a guide in docs/guides, by its name without ending. */
export function guideText(guide: string): string {
  return readFileSync(new URL(`../../../../../docs/guides/${guide}.md`, import.meta.url), 'utf8');
}

/** A file that a guide prints, as it stands. */
export function printedFile(guide: string, file: string): string {
  const blocks = guideText(guide).matchAll(/^```[a-z]+ (\S+)\n([\s\S]*?)^```$/gm);
  const found = [...blocks].filter(([, name]) => name === file);
  if (found.length !== 1) throw new Error(`${guide}.md prints ${file} ${found.length} times.`);
  return found[0]?.[2] ?? '';
}

/** The same text with the ports of a test, and nothing else changed. */
export function withPorts(text: string, ports: Ports): string {
  const byPrinted = new Map<string, number>(
    Object.entries(PRINTED).map(([name, port]) => [String(port), ports[name as keyof Ports]]),
  );
  return text.replace(/(?<=:|listen |Listen |VirtualHost \*:)(4255|8080|8081)\b/g, (port) =>
    String(byPrinted.get(port)),
  );
}
