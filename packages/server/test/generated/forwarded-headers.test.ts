import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bearer, RawClient } from '../http/raw-client.js';
import { PROXY_SECRET } from '../http/stand.js';
import { forEachGenerated, RUNS } from './runs.js';
import { wholeServer } from './whole-server.js';

/** So many questions are under way on each connection at once, one behind the other. */
const PIPELINED = 20;
const CONNECTIONS = 4;
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

const header = fc
  .tuple(
    fc.constantFrom('X-Forwarded-Method', 'x-original-method', 'X-Forwarded_Method', 'X-Method'),
    fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'get', 'GET,POST', 'TRACE', ''),
  )
  .map(([name, value]) => `${name}: ${value}`);

interface Question {
  readonly own: string;
  readonly headers: readonly string[];
  readonly secret: boolean;
  readonly upgrade: boolean;
}

const question: fc.Arbitrary<Question> = fc.record({
  own: fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE'),
  headers: fc.array(header, { maxLength: 3 }),
  secret: fc.boolean(),
  upgrade: fc.boolean(),
});

function bytesOf({ own, headers, secret, upgrade }: Question, value: string): string {
  const lines = [
    'Host: service.test',
    bearer(value),
    ...headers,
    ...(secret ? [`X-Hallpass-Proxy-Secret: ${PROXY_SECRET}`] : []),
    ...(upgrade ? ['Upgrade: websocket'] : []),
    'Content-Length: 0',
  ];
  return `${own} /_/verify HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** Whether a proxy that is believed says, in one way only, that the client reads. */
function reads({ own, headers, secret, upgrade }: Question): boolean {
  const named = headers.filter((text) => /^x-(?:forwarded|original)-method:/i.test(text));
  const methods = named.map((text) => text.slice(text.indexOf(':') + 2));
  const once = new Set(named.map((text) => text.toLowerCase().split(':')[0])).size === named.length;
  const known = named.length > 0 || own === 'OPTIONS';
  return secret && !upgrade && once && known && [own, ...methods].every((name) => READING.has(name));
}

test(`C48 C49 C51: none of ${RUNS} generated sets of forwarded headers makes a write of a read-only token an allowed one`, async (t) => {
  const { server, port, values } = await wholeServer(t);
  const open = () => RawClient.open(t, port);
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, open));
  const series = fc.array(question, { minLength: PIPELINED, maxLength: PIPELINED });
  await forEachGenerated(series, { runs: RUNS / PIPELINED, lanes: CONNECTIONS }, async (questions, lane) => {
    const client = clients[lane] as RawClient;
    client.send(questions.map((each) => bytesOf(each, values.reader)).join(''));
    for (const each of questions) {
      const { status } = await client.answer(each.own === 'HEAD');
      if (reads(each)) assert.equal(status, 200, JSON.stringify(each));
      else
        assert.ok(
          [each.upgrade ? 400 : 403, 403, 405].includes(status),
          `${status}: ${JSON.stringify(each)}`,
        );
    }
  });
  for (const client of clients) client.socket.destroy();
  await server.stop();
  assert.equal(server.log(), '');
});
