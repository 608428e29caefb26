import { OWNER_KEY } from './hallpass.ts';
import type { Expected } from './load/plan.ts';

/** A GET with each of the tokens in turn. */
export function getEach(path: string, values: readonly string[]): string[] {
  return values.map(
    (value) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${value}\r\n\r\n`,
  );
}

export const EMPTY: Expected = { status: 200, least: 0, most: 0 };

/** A create of a token; `series` tells the names of one run from those of another. */
export function createRequest(series: number): string {
  const name = `bench-${series}-`;
  const length = JSON.stringify({ name }).length + 12;
  const head = [
    'POST /_/token HTTP/1.1',
    'Host: 127.0.0.1',
    `Authorization: Bearer ${OWNER_KEY}`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${JSON.stringify({ name: `${name}{n}` })}`;
}

/** A record and its value; the number of its revision may be short or long. */
export const CREATED: Expected = { status: 201, least: 300, most: 600 };
