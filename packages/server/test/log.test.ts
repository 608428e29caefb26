import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Secret } from '@hallpass/core/secret';
import { createLogger, type LogFields, type Logger } from 'hallpass/log';

function logged(write: (log: Logger) => void, level: 'info' | 'silent' = 'info'): unknown[] {
  const lines: string[] = [];
  write(createLogger(level, { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

function withoutTime(line: unknown): object {
  assert.ok(typeof line === 'object' && line !== null && 'time' in line && typeof line.time === 'number');
  const { time: _, ...rest } = line;
  return rest;
}

test('a log line is one JSON object with level, time, fields and text', () => {
  const [line] = logged((log) => log.info({ request_id: 'r1', status: 200 }, 'answered'));
  assert.deepEqual(withoutTime(line), { level: 'info', request_id: 'r1', status: 200, msg: 'answered' });
});

test('what is not on the list is not logged, whoever passes it', () => {
  const fields = { status: 401, headers: { authorization: 'Bearer x' }, body: 'x', token: 'x' };
  const [line] = logged((log) => log.info(fields as LogFields, 'x'));
  assert.deepEqual(withoutTime(line), { level: 'info', status: 401, msg: 'x' });
});

test('C13: a path is logged without its query and fragment', () => {
  for (const path of ['/a?token=hp_x', '/a#hp_x', '/a?x\n?hp_x']) {
    const [line] = logged((log) => log.info({ path }, 'x'));
    assert.deepEqual(withoutTime(line), { level: 'info', path: '/a', msg: 'x' });
  }
});

test('an error is logged with type, text, code, stack and causes, and none of its own fields', () => {
  const cause = Object.assign(new Error('inner'), { request: { headers: 'Bearer hp_x' } });
  const err = Object.assign(new TypeError('outer', { cause }), {
    code: 'E1',
    secret: new Secret('hp_x'),
    token: 'hp_x',
  });
  const [line] = logged((log) => log.error({ err }, 'x'));
  const text = JSON.stringify(line);
  assert.ok(!text.includes('hp_x'));
  assert.match(
    text,
    /"type":"TypeError","message":"outer","code":"E1","stack":.*"cause":\{"type":"Error","message":"inner"/,
  );
});

test('lines below the level are left out', () => {
  const write = (log: Logger) => {
    log.debug({}, 'a');
    log.fatal({}, 'b');
  };
  assert.equal(logged(write).length, 1);
  assert.equal(logged(write, 'silent').length, 0);
});

test('no line is lost where there is room for it, however many are written in one turn and however it ends', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-log-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const script = `
    import { createLogger } from 'hallpass/log';
    const log = createLogger('info');
    for (let i = 0; i < 2000; i++) log.info({ path: '/a/path/of/some/length', count: i }, 'x');
    log.fatal({}, 'ended');
    process.exit(1);`;
  const file = join(folder, 'log');
  const output = openSync(file, 'w');
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', output, 'inherit'],
  });
  closeSync(output);
  const lines = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 2001);
  assert.equal(lines.at(-1).msg, 'ended');
  assert.equal(status, 1);
});
