import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guideText, printedFile } from './guide.ts';

const IDENTITY = ['X-Hallpass-Token-Id', 'X-Hallpass-Token-Name', 'X-Hallpass-Write', 'X-Hallpass-Expires'];

const FILES = [
  ['traefik', 'traefik.yml'],
  ['traefik', 'hallpass.yml'],
  ['envoy', 'envoy.yaml'],
] as const;

test('the guides that are not run say so first', () => {
  for (const guide of ['traefik', 'envoy']) assert.match(guideText(guide), /^# .*\n\n\*\*Not run here\.\*\*/);
});

test('their files pass on every identity header and believe no client', () => {
  for (const [guide, file] of FILES.slice(1)) {
    const text = printedFile(guide, file).toLowerCase();
    for (const name of IDENTITY)
      assert.ok(
        text.includes(`- ${name}`.toLowerCase()) || text.includes(`exact: ${name}`.toLowerCase()),
        name,
      );
  }
  assert.equal(printedFile('traefik', 'hallpass.yml').match(/trustForwardHeader: false/g)?.length, 2);
  assert.match(printedFile('envoy', 'envoy.yaml'), /failure_mode_allow: false/);
  for (const name of IDENTITY)
    assert.match(printedFile('envoy', 'envoy.yaml'), new RegExp(`- remove: ${name.toLowerCase()}\n`));
});

test('their files pass on no protocol but a WebSocket', () => {
  const [app = '', sockets = ''] = printedFile('traefik', 'hallpass.yml').split('    sockets:\n');
  assert.match(app, /- tidy\n {8}- no-upgrade\n/);
  assert.match(sockets, /Method\(`GET`\) && HeaderRegexp\(`Upgrade`, `\(\?i\)\^websocket\$`\)/);
  assert.match(sockets, /- tidy\n {8}- web-socket\n/);
  assert.doesNotMatch(printedFile('envoy', 'envoy.yaml'), /upgrade_configs/);
});

test('their files are indented as YAML wants it: by spaces, two at a time', () => {
  for (const [guide, file] of FILES)
    for (const line of printedFile(guide, file).split('\n'))
      assert.match(line, /^(?: {2})*(?:[^ \t]|$)/, line);
});

test('every guide prints the addresses that the others print', () => {
  for (const guide of ['nginx', 'caddy', 'haproxy', 'apache', 'traefik', 'envoy']) {
    const text = guideText(guide);
    for (const port of ['4255', '8080', '8081']) assert.ok(text.includes(port), `${guide} ${port}`);
    for (const name of IDENTITY) assert.ok(text.includes(name), `${guide} ${name}`);
    for (const section of ['Start', 'be believed', 'heck', 'Do not'])
      assert.match(text, new RegExp(`^## .*${section}`, 'm'));
  }
});
