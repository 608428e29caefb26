import type { ServerResponse } from 'node:http';
import type { Answer } from '@hallpass/core/problem';
import { atEndOfTurn } from './turn.ts';

/** Sends a whole answer, unless another is given before this one leaves. The body stays away from HEAD. */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  atEndOfTurn(() => {
    if (response.headersSent) return;
    try {
      response.writeHead(status, headers as string[]);
      response.end(body);
    } catch (error) {
      response.destroy(error as Error);
    }
  });
}
