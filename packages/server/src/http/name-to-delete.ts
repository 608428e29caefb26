import { invalidInput } from '../control/fields.ts';

/** The name a DELETE means: some clients and proxies drop its body, so the query counts as well. */
export function nameToDelete(inBody: string | undefined, inQuery: string | undefined): string {
  const name = inBody ?? inQuery;
  if (name === undefined) throw invalidInput([{ field: 'name', message: 'is required' }]);
  if (inQuery !== undefined && inQuery.normalize('NFC') !== name.normalize('NFC')) {
    throw invalidInput([{ field: 'name', message: 'must be the same in the query and in the body' }]);
  }
  return name;
}
