import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { USUAL } from 'hallpass/config/gate/plan';
import { UPSTREAM_FIELDS } from 'hallpass/config/gate/read';
import { makeCertificate } from '../../listen/certificate.ts';
import { atEnd, recordOf, startServer, type TestServer, temporaryFolder } from '../../server.ts';
import { ask, bearer, bytesOf } from '../raw-client.ts';

const PAGE = readFileSync(new URL('../../../../../../docs/gate.md', import.meta.url), 'utf8');

const echo: RequestListener = (request, response) => {
  request.resume();
  response.end(`${request.method} ${request.url}`);
};

async function listening(t: TestContext, server: Server, path?: string): Promise<string> {
  server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path });
  await once(server, 'listening');
  atEnd(t, () => server.close());
  return path === undefined ? `127.0.0.1:${(server.address() as AddressInfo).port}` : path;
}

/** The file as printed, with its services where they listen here. */
async function printedFile(t: TestContext, folder: string): Promise<string> {
  const certificate = makeCertificate('files');
  writeFileSync(join(folder, 'ca.pem'), certificate.cert);
  const printed = /```json\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? '';
  const file = join(folder, 'gate.json');
  const here = [
    ['127.0.0.1:8080', await listening(t, createServer(echo))],
    ['search.sock', await listening(t, createServer(echo), join(folder, 'search.sock'))],
    ['10.0.0.7:8443', await listening(t, createSecureServer({ ...certificate }, echo))],
    ['ca.pem', join(folder, 'ca.pem')],
    ['files.internal', 'localhost'],
  ] as const;
  writeFileSync(
    file,
    here.reduce((text, [there, place]) => {
      assert.ok(text.includes(there), there);
      return text.replace(there, place);
    }, printed),
  );
  return file;
}

async function tokenOf(server: TestServer, name: string, write: boolean): Promise<string> {
  return String(recordOf(await server.call('POST', '/_/token', { body: { name, write } }))['token']);
}

test('the gate file printed in docs/gate.md does what the table below it says', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, { gateFile: await printedFile(t, folder) });
  const tokens = [null, await tokenOf(server, 'reader', false), await tokenOf(server, 'writer', true)];
  const port = Number(new URL(server.url).port);
  const rows = [...PAGE.matchAll(/^\| `([A-Z]+) (\S+)` +\| (\d+) +\| (\d+) +\| (\d+) +\| `(.+?)` +\|$/gm)];
  assert.ok(rows.length > 10);
  for (const [row, method = '', target = '', ...cells] of rows) {
    const arrives = cells.pop();
    const host = /^http:\/\/([^/]+)/.exec(target)?.[1] ?? 'service.test';
    for (const [i, token] of tokens.entries()) {
      const lines = token === null ? [] : [bearer(token)];
      const bytes = bytesOf(method, target, lines, method === 'POST' ? 'x' : undefined);
      const answer = await ask(t, port, bytes.replace('Host: service.test', `Host: ${host}`));
      assert.equal(String(answer.status), cells[i], row);
      if (answer.status === 200) assert.equal(answer.body, arrives, row);
    }
  }
});

test('docs/gate.md lists every field of an upstream and what holds without it', () => {
  const [, section = ''] = PAGE.split('\n## Upstreams\n');
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` +\|.*\| ([^|]+?) +\|$/gm)];
  assert.deepEqual(rows.map(([, field]) => field).sort(), [...UPSTREAM_FIELDS].sort());
  const documented = new Map(rows.map(([, field, usual]) => [field, usual]));
  assert.equal(documented.get('connect_timeout'), String(USUAL.connectTimeoutMs));
  assert.equal(documented.get('response_timeout'), String(USUAL.answerTimeoutMs));
  assert.equal(documented.get('cut_streams'), `\`${USUAL.cutStreams}\``);
});
