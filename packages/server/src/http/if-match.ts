import { Type } from 'typebox';
import { invalidInput } from '../control/fields.ts';
import type { IfMatch } from '../control/rewrite.ts';

/** How the API's document names it; what it may say is for `readIfMatch`. */
export const IfMatchHeader = {
  'If-Match': Type.Optional(Type.String({ description: 'Only while the record has this revision: "17".' })),
};

const ANY = '*';
const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/.source;
const TAGS = new RegExp(`^[\\s,]*${TAG}(?:[ \\t]*,[ \\t]*(?:${TAG})?)*$`);

/**
 * Reads `If-Match` (RFC 9110 §13.1.1) against revisions as entity tags; weak tags never match. Throws
 * `invalid_input` for what is neither `*` nor a list of tags.
 */
export function readIfMatch(header: string | undefined): IfMatch {
  if (header === undefined || header.trim() === ANY) return undefined;
  if (!TAGS.test(header))
    throw invalidInput([{ field: 'If-Match', message: 'must be *, or revisions in quotes, such as "17"' }]);
  const tags = new Set(header.match(new RegExp(TAG, 'g')));
  return (revision) => tags.has(entityTag(revision));
}

export function entityTag(revision: number): string {
  return `"${revision}"`;
}
