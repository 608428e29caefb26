import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { connectReader, openDatabase } from './database.ts';
import { failureOf, type LoadPart, SqliteEngine } from './engine.ts';
import { Lock } from './lock.ts';
import { OPENING, type Opening, type Reply, type Request } from './messages.ts';
import { Snapshots } from './snapshots.ts';

type AnyMethod = (...args: readonly unknown[]) => Promise<unknown>;

async function run(engine: SqliteEngine, request: Request, port: MessagePort): Promise<Reply['result']> {
  const emit = (part: LoadPart) => {
    const reply: Reply = { id: request.id, result: { kind: 'part', part } };
    port.postMessage(reply, typeof part === 'number' ? [] : [part.buffer]);
  };
  try {
    const method = engine[request.method] as AnyMethod;
    return { kind: 'value', value: await method.call(engine, ...request.args, emit) };
  } catch (error) {
    return failureOf(error);
  }
}

function serve(engine: SqliteEngine, lock: Lock, port: MessagePort): void {
  let last = Promise.resolve();
  const answer = async (request: Request) => {
    const result = await run(engine, request, port);
    if (request.method === 'close') lock.release();
    port.postMessage({ id: request.id, result } satisfies Reply);
    if (request.method === 'close') port.close();
  };
  port.on('message', (request: Request) => {
    last = last.then(() => answer(request));
  });
}

async function open({ file, epoch }: Opening, port: MessagePort): Promise<void> {
  let lock: Lock | undefined;
  try {
    lock = new Lock(file);
    const snapshots = new Snapshots(() => connectReader(file));
    serve(new SqliteEngine(await openDatabase(file, epoch), snapshots), lock, port);
    port.postMessage({ id: OPENING, result: { kind: 'value', value: undefined } } satisfies Reply);
  } catch (error) {
    lock?.release();
    port.postMessage({ id: OPENING, result: failureOf(error) } satisfies Reply);
  }
}

if (parentPort) await open(workerData as Opening, parentPort);
