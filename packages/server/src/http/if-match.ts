import type { IfMatch } from '../control/rewrite.ts';

const ANY = '*';

/** Reads `If-Match` (RFC 9110 §13.1.1) against revisions as entity tags; weak tags never match. */
export function readIfMatch(header: string | undefined): IfMatch {
  if (header === undefined || header.trim() === ANY) return undefined;
  const tags = new Set(header.split(',').map((tag) => tag.trim()));
  return (revision) => tags.has(entityTag(revision));
}

export function entityTag(revision: number): string {
  return `"${revision}"`;
}
