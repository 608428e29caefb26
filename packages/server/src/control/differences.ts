/** The fields of `before` that `after` has otherwise, as `[before, after]`, for the audit trail. */
export function differences<T extends object>(
  before: T,
  after: T,
  fields: Readonly<Record<string, keyof T>>,
): Record<string, [unknown, unknown]> {
  const found: Record<string, [unknown, unknown]> = {};
  for (const [shown, field] of Object.entries(fields)) {
    if (before[field] !== after[field]) found[shown] = [before[field], after[field]];
  }
  return found;
}
