/** What keeps a server from starting, beside its store. Each has its own exit code. */
export type StartFault = 'cannot_listen' | 'data_unavailable' | 'wrong_secret_key';

export class StartError extends Error {
  override readonly name = 'StartError';
  readonly fault: StartFault;

  /** `message` says what is wrong and what to do, for the operator of the server. */
  constructor(fault: StartFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = fault;
  }
}
