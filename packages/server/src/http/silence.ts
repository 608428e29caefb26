import type { IncomingMessage, ServerResponse } from 'node:http';

export const SILENCE_DETAIL = 'Send the whole body without long pauses.';

/**
 * Runs `onSilence` when the client pauses for so many milliseconds while its body is awaited. Not once the body is there:
 * who waits for an answer is not silent.
 */
export function watchForSilence(
  request: IncomingMessage,
  response: ServerResponse,
  ms: number,
  onSilence: () => void,
): void {
  request.setTimeout(ms, onSilence);
  request.once('end', () => {
    // Behind an answer that is out, the time is that of an idle connection.
    if (!response.writableFinished) request.setTimeout(0);
  });
}
