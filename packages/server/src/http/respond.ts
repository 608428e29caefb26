import type { ServerResponse } from 'node:http';
import type { Answer } from '@hallpass/core/problem';

/** Sends a whole answer. The body stays away from HEAD. */
export function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, answer.headers as string[]);
  response.end(answer.body);
}
