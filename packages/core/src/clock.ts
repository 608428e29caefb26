/** Milliseconds since the epoch. Handed in wherever time matters. */
export type Clock = () => number;
