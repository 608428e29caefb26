/** The head of an answer: its status, and where its body begins and ends. */
export interface Head {
  readonly status: number;
  readonly body: number;
  readonly end: number;
}

const BLANK_LINE = Buffer.from('\r\n\r\n');
const STATUS = 'HTTP/1.1 '.length;

/** The head at the start of `bytes`, or undefined while it is not whole. Throws when it says no length. */
export function readHead(bytes: Buffer): Head | undefined {
  const blank = bytes.indexOf(BLANK_LINE);
  if (blank === -1) return undefined;
  const head = bytes.toString('latin1', 0, blank + 2);
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 ') || length === undefined) throw new Error('no length');
  const body = blank + BLANK_LINE.length;
  return { status: Number(head.slice(STATUS, STATUS + 3)), body, end: body + Number(length) };
}
