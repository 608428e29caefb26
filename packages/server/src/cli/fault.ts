/** Ends a verb: `message` for people, on one line, says what to do; `exit` names what the process ends with. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly exit:
    | 'usage'
    | 'not_found'
    | 'not_allowed'
    | 'conflict'
    | 'unreachable'
    | 'token_not_valid'
    | 'unexpected'
    | 'interrupted';

  constructor(exit: Fault['exit'], message: string) {
    super(message);
    this.exit = exit;
  }
}
