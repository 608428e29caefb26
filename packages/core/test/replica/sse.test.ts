import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SseEvent, SseParser, SseTooLarge } from '@hallpass/core/sse';
import fc from 'fast-check';

function parse(...chunks: readonly (string | Uint8Array)[]): SseEvent[] {
  const parser = new SseParser();
  return chunks.flatMap((chunk) => parser.push(Buffer.from(chunk)));
}

const message = (data: string, id: string | null = null): SseEvent => ({ event: 'message', data, id });

test('an event is read alike wherever its bytes are cut', () => {
  const text = Buffer.from(
    '\ufeffevent: change\r\nid: 1\r\ndata: Zoë\r\ndata: 🗝\r\n\r\n: note\n\rdata:x\r\r',
  );
  const whole = parse(text);
  assert.deepEqual(whole, [{ event: 'change', data: 'Zoë\n🗝', id: '1' }, message('x')]);
  for (let cut = 0; cut <= text.length; cut++) {
    assert.deepEqual(parse(text.subarray(0, cut), text.subarray(cut)), whole);
  }
  assert.deepEqual(parse(...[...text].map((byte) => Uint8Array.of(byte))), whole);
});

test('line ends may be CR, LF or CRLF', () => {
  for (const end of ['\r', '\n', '\r\n']) {
    assert.deepEqual(parse(`data: a${end}${end}data: b${end}${end}`), [message('a'), message('b')]);
  }
});

test('any stream of events comes out as it went in, by any chunks', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\r\n\ufeff]/.test(text));
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('\r', '\n', '\r\n'), fc.nat(7), (lines, end, size) => {
      const bytes = Buffer.from(lines.map((data) => `data: ${data}${end}${end}`).join(''));
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size + 1) chunks.push(bytes.subarray(at, at + size + 1));
      assert.deepEqual(
        parse(...chunks),
        lines.map((data) => message(data)),
      );
    }),
  );
});

test('an id with NUL is ignored, one that is empty is taken, and none is inherited', () => {
  assert.deepEqual(parse('id: a\0b\ndata: x\n\n', 'id\ndata: y\n\n', 'data: z\n\n'), [
    message('x'),
    message('y', ''),
    message('z'),
  ]);
});

test('what no empty line closes is no event, and an event without data neither', () => {
  assert.deepEqual(parse('data: a\n', 'data: b'), []);
  assert.deepEqual(parse('event: a\nid: 1\n\n', 'data: b\n\n'), [message('b')]);
});

test('an event of more than 64 KiB is refused, in one line or in many', () => {
  assert.throws(() => parse('x'.repeat(70_000)), SseTooLarge);
  assert.throws(() => parse('data: xxxxxxxx\n'.repeat(5_000)), SseTooLarge);
  assert.throws(() => parse(...Array.from({ length: 70 }, () => 'x'.repeat(1_000))), SseTooLarge);
  assert.equal(parse('data: x\n\n'.repeat(20_000)).length, 20_000);
});
