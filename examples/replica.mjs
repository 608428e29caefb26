// Three processes: Hallpass, a service with a copy of its tokens, and this one, which revokes a token, looks how soon the
// service refuses it, and then kills Hallpass:
//   node examples/replica.mjs
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startHallpass } from '@hallpass/sdk/testing';

const folder = await mkdtemp(join(tmpdir(), 'hallpass-example-'));
const hallpass = await startHallpass();
const keyFile = join(folder, 'verifier.key');
writeFileSync(keyFile, hallpass.verifierKey, { mode: 0o600 });

const program = fileURLToPath(new URL('guarded-service.mjs', import.meta.url));
const service = spawn(process.execPath, [program, hallpass.url, keyFile, '0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const [said] = await once(service.stdout, 'data');
const address = /http:\S+/.exec(String(said))[0];

async function create(name) {
  return (await hallpass.admin.createToken({ name })).record.token;
}

async function ask(token) {
  const response = await fetch(address, { headers: { Authorization: `Bearer ${token}` } });
  return { status: response.status, text: (await response.text()).trim() };
}

/** Until the change that made the token has arrived. */
async function welcomed(token) {
  for (;;) {
    const answer = await ask(token);
    if (answer.status === 200) return answer;
  }
}

const [ci, other] = [await create('ci'), await create('other')];
console.log(`service, with the token ci:   ${(await welcomed(ci)).text}`);
await welcomed(other);

const began = performance.now();
const revocation = await fetch(`${hallpass.url}/_/token?name=ci&wait=5000`, {
  method: 'DELETE',
  headers: { Authorization: `Bearer ${hallpass.ownerKey}` },
});
const took = performance.now() - began;
const { replicas } = await revocation.json();
console.log(
  `revoked in ${took.toFixed(0)} ms:            confirmed by ${replicas.confirmed}, pending ${replicas.pending.length}`,
);
console.log(`service, with the token ci:   ${(await ask(ci)).status}`);

await hallpass.stop();
console.log('Hallpass is killed.');
for (let i = 0; i < 3; i++) {
  await pause(500);
  console.log(`service, with another token:  ${(await ask(other)).text}`);
}
service.kill();
await rm(folder, { recursive: true });
