/** The form of a value in a query, and what to say of one that has another. */
export interface QueryForm {
  readonly pattern: string;
  readonly message: string;
}

export const LIMIT: QueryForm = {
  pattern: '^([1-9][0-9]{0,2}|1000)$',
  message: 'must be a whole number from 1 to 1000',
};

export const PATIENCE: QueryForm = {
  pattern: '^([1-9][0-9]{0,3}|[12][0-9]{4}|30000)$',
  message: 'must be a whole number of milliseconds from 1 to 30000',
};

export const TIME: QueryForm = {
  pattern: '^[0-9]{12,15}$',
  message: 'must be a whole number of milliseconds since the epoch, at least 100000000000',
};
