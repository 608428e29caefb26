import { type Answer, problem } from '@hallpass/core/problem';

/** The refusal of every change of protocol but the opening of a WebSocket. */
export function otherProtocol(requestId: string): Answer {
  const detail = 'Only WebSockets (GET with Upgrade: websocket) pass. Send the request without Upgrade.';
  return problem('unsupported_upgrade', detail, requestId);
}
