import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RawClient } from '../http/raw-client.js';
import type { Seen } from '../http/stand.js';
import { bytesOfHostile, type HostileRequest, hostileRequest } from './hostile-request.js';
import { forEachGenerated, RUNS } from './runs.js';
import { wholeServer } from './whole-server.js';

const CONNECTIONS = 16;
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Everything the server sends back on a connection of its own: how a request ends is part of what is tried. */
async function exchange(port: number, bytes: string): Promise<string> {
  const client = await RawClient.open(undefined, port);
  client.send(bytes);
  const text = await client.rest();
  client.socket.destroy();
  return text;
}

function onlyValueOf(headers: readonly string[], name: string): string | undefined {
  const found = headers.filter((_, i) => i % 2 === 1 && headers[i - 1] === name);
  assert.ok(found.length <= 1);
  return found[0];
}

/** Whether a service in PHP, or one that decodes twice, finds `_method` under this name. */
function isMethodName(name: string): boolean {
  let text = name;
  while (/%[0-7][0-9a-f]/i.test(text)) text = decodeURIComponent(text.replace(/%(?![0-7][0-9a-f])/gi, '%25'));
  const [bare = ''] = text.split('\0');
  return /^(?:_method|_httpmethod|x.http.method.override)(?:\[|$)/i.test(
    bare.trim().replace(/[ .]/g, '_').replace(/^\[/, '_'),
  );
}

/** Whether a service that takes letters for what they look like, and drops what cannot be seen, climbs in a path. */
function climbs(path: string): boolean {
  let text = path;
  while (/%(?:25|2[ef]|20|5c)/i.test(text)) text = text.replace(/%(?:25|2[ef]|20|5c)/gi, decodeURIComponent);
  const shown = text
    .replace(/%EF%BC%8E/gi, '.')
    .replace(/%EF%BC%8F/gi, '/')
    .replace(/%E2%80%8B/gi, '');
  return shown.split(/[/\\]/).some((segment) => /^\.{1,2}$/.test(segment.trim()));
}

/** What must hold of every request that arrived upstream, whatever was sent to us. */
function checkPassed(request: HostileRequest, got: Seen): void {
  assert.ok(request.who === 'writer' || request.who === 'reader');
  assert.equal(request.lines.filter((text) => /^authorization *:/i.test(text)).length, 1);
  assert.equal(got.method, request.method);
  assert.equal(got.url, request.target.replace(/^http:\/\/service\.test/, ''));
  assert.ok(!/^\/_(?:[/?]|$)|\\|#|\/\/|%2f|%5c/i.test(got.url.split('?')[0] as string));
  assert.ok(!climbs(got.url.split('?')[0] as string));
  const write = request.who === 'writer';
  assert.equal(onlyValueOf(got.headers, 'X-Hallpass-Write'), String(write));
  const names = got.headers
    .filter((_, i) => i % 2 === 0)
    .map((name) => name.toLowerCase().replace(/[^a-z]/g, ''));
  assert.equal(names.filter((name) => name.startsWith('xhallpass')).length, 4);
  assert.ok(!names.includes('authorization') && !names.includes('xoriginalurl'));
  if (write) return;
  assert.ok(READING.has(got.method));
  const query = got.url.includes('?') ? got.url.slice(got.url.indexOf('?')) : '';
  for (const [name, value] of new URLSearchParams(query))
    assert.ok(!isMethodName(name) || READING.has(value.toUpperCase()), query);
  assert.ok(!names.includes('xhttpmethodoverride') && !names.includes('xhttpmethod'));
}

test(`C54 C60 C63: of ${RUNS} generated requests none passes that should not, what was decided on is what is forwarded, none breaks the server`, async (t) => {
  const { server, port, values, seen } = await wholeServer(t);
  const sent: HostileRequest[] = [];
  const arrived = new Set<number>();
  const checkSeen = (): void => {
    for (const got of seen.splice(0)) {
      const id = Number(onlyValueOf(got.headers, 'X-Request-Id'));
      assert.ok(!arrived.has(id), `arrived twice: ${JSON.stringify(got)}`);
      arrived.add(id);
      checkPassed(sent[id] as HostileRequest, got);
    }
  };
  await forEachGenerated(hostileRequest, { lanes: CONNECTIONS }, async (request) => {
    const text = await exchange(port, bytesOfHostile(request, values, sent.push(request) - 1));
    assert.match(text, /^HTTP\/1\.1 [1-4]/);
    assert.doesNotMatch(text, /\nHTTP\/1\.1 5/);
    checkSeen();
  });
  await server.stop();
  checkSeen();
  assert.equal(server.log(), '');
  assert.ok(arrived.size > RUNS / 20, `only ${arrived.size} passed`);
});
