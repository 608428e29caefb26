import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '@hallpass/core/digest';
import { formatPosition, parsePosition } from '@hallpass/core/replica-position';
import { encodeFrame, type Frame } from '@hallpass/core/wire-feed';
import { FrameReader } from '@hallpass/core/wire-feed-reader';
import { entryOf, ModelServer } from './model-server.ts';

const server = new ModelServer();
server.commit((place) => ({ ...place, kind: 'token', token: entryOf(0, true) }));
server.commit((place) => ({ ...place, kind: 'token_removed', token: entryOf(0, true) }));
server.commit((place) => ({
  ...place,
  kind: 'operator_removed',
  operator: { id: 'opr_secret', digest: digestOf('key') },
}));
const stream = Buffer.concat([
  server.hello({ ...server.head, revision: 0, chain: server.chainAt(0) }),
  ...server.tail(0),
  server.heartbeat(),
  encodeFrame({ kind: 'confirm', position: server.head }),
  encodeFrame({ kind: 'resume', reason: 'slow', spread: 10 }),
  encodeFrame({ kind: 'reset', reason: 'trimmed' }),
]);

function kindsOf(frames: readonly { kind: string }[]): string[] {
  return frames.map(({ kind }) => kind);
}

function read(text: string): string[] {
  return kindsOf(new FrameReader().push(Buffer.from(text)));
}

test('frames are read alike wherever the bytes are cut', () => {
  const whole = new FrameReader().push(stream);
  assert.deepEqual(kindsOf(whole), 'hello change change change heartbeat confirm resume reset'.split(' '));
  for (let cut = 0; cut < stream.length; cut++) {
    const reader = new FrameReader();
    assert.deepEqual([...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))], whole);
  }
});

test('what is read is written back byte by byte', () => {
  const frames = new FrameReader().push(stream) as Frame[];
  assert.deepEqual(Buffer.concat(frames.map(encodeFrame)), stream);
});

test("an operator's row shows a hash and nothing else", () => {
  const text = Buffer.from(server.tail(2)[0] as Uint8Array).toString();
  assert.match(
    text,
    /^event: change\nid: e0\.3\.[0-9a-f]{32}\ndata: \{"kind":"hidden","hash":"[\w-]{43}"\}\n\n$/,
  );
});

test('C90: malformed JSON, an unknown kind, event, field or version ends the stream', () => {
  const token = Buffer.from(server.tail(0)[0] as Uint8Array).toString();
  const hello = Buffer.from(server.hello(server.head)).toString();
  assert.deepEqual(read(token), ['change']);
  const spoiled = [
    token.replace('"kind":"token"', '"kind":"scope"'),
    token.replace('event: change', 'event: changes'),
    token.replace('event: change\n', ''),
    token.replace('event: change', 'event: __proto__'),
    token.replace('"write":true', '"write":true,"scope":"x"'),
    token.replace('"write":true', '"write":1'),
    token.replace(',"write":true', ''),
    token.replace('"expires_at":null', '"expires_at":281474976710655'),
    token.replace('"expires_at":null', '"expires_at":1.5'),
    token.replace('"name":"n0"', '"name":"\\ud800"'),
    token.replace('tok_0', 'tok_8'),
    token.replace('id: e0.1.', 'id: e0.01.'),
    token.replace(/id: .*\n/, ''),
    token.replace('}}\n', '}\n'),
    hello.replace('"version":1', '"version":2'),
    hello.replace('"head":3', '"head":4'),
    hello.replace('"time":1', '"time":2'),
    'event: reset\ndata: {"reason":"whim"}\n\n',
    'data: x\n\n',
  ];
  for (const text of spoiled) {
    assert.notEqual(text, token);
    assert.deepEqual(read(text + token), ['malformed'], text);
  }
});

test('a place has one way to be written', () => {
  const id = formatPosition(server.head);
  assert.equal(formatPosition(parsePosition(id) ?? assert.fail()), id);
  const foreign = [
    '',
    '0',
    'e0.3',
    `${id}0`,
    ` ${id}`,
    id.toUpperCase(),
    id.replace('.3.', '.-3.'),
    id.replace('.3.', '.3e1.'),
  ];
  for (const text of foreign) assert.equal(parsePosition(text), undefined, text);
  assert.equal(parsePosition(`e.9999999999999999.${'0'.repeat(32)}`), undefined);
});
