import type { IncomingMessage } from 'node:http';

/**
 * Runs `onSilence` when the client pauses for so many milliseconds while its body is awaited. Not once the body is there:
 * who waits for an answer is not silent.
 */
export function watchForSilence(request: IncomingMessage, ms: number, onSilence: () => void): void {
  request.setTimeout(ms, onSilence);
  request.once('end', () => request.setTimeout(0));
}
