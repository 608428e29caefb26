import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, setGlobalDispatcher } from 'undici';
import { makeCertificate } from '../listen/certificate.ts';
import { temporaryFolder } from '../server.ts';
import { doctorFinds } from './doctor-cases.ts';
import { printedFile, withPorts } from './guide.ts';
import { runMatrix } from './matrix.ts';
import { startProxy } from './proxy-process.ts';
import type { ProxyUnderTest } from './stand.ts';

const MODULES = '/usr/lib/apache2/modules';

/** What Debian puts around a site, with everything in one folder and the modules of the guide enabled. */
const AROUND = `
ServerRoot .
ServerName localhost
PidFile apache.pid
DefaultRuntimeDir .
ErrorLog "|/bin/cat"
LogLevel warn
User www-data
Group www-data
${[
  'mpm_event',
  'authn_core',
  'authz_core',
  'authz_user',
  'auth_openidc',
  'headers',
  'lua',
  'proxy',
  'proxy_http',
  'ssl',
]
  .map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`)
  .join('\n')}
Include hallpass.conf
`;

const certificate = makeCertificate('Hallpass for Apache');
// The calls of this test trust it as Apache does.
setGlobalDispatcher(new Agent({ connect: { ca: certificate.cert, servername: 'localhost' } }));

const apache: ProxyUnderTest = {
  name: 'Apache',
  certificate,
  settings(t) {
    const folder = temporaryFolder(t);
    const files = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };
    writeFileSync(files.tlsCert, certificate.cert);
    writeFileSync(files.tlsKey, certificate.key);
    return files;
  },
  async run(t, ports, hallpass, edit) {
    const cwd = temporaryFolder(t);
    chmodSync(cwd, 0o755);
    const write = (file: string, text: string) => writeFileSync(join(cwd, file), text);
    const key = hallpass ? await verifierKey(hallpass) : 'of-nobody';
    write('apache2.conf', AROUND);
    write('ca.pem', certificate.cert);
    write('key.conf', `Define HALLPASS_KEY ${key}\n`);
    for (const file of ['hallpass.conf', 'identity.lua'])
      write(
        file,
        edit(withPorts(printedFile('apache', file), ports).replaceAll('/etc/apache2/hallpass', cwd)),
      );
    const words = ['-D', 'FOREGROUND', '-d', cwd, '-f', 'apache2.conf'];
    await startProxy(t, { program: 'apache2', words, cwd, port: ports.proxy });
  },
  passesOn: () => [401],
  options: 'refused',
  whenDown: [401],
};

async function verifierKey(hallpass: Parameters<ProxyUnderTest['run']>[2] & object): Promise<string> {
  const made = await hallpass.call('POST', '/_/operator', { body: { name: 'apache', role: 'verifier' } });
  assert.equal(made.status, 201, made.text);
  return String(made.body.data?.[0]?.['key']);
}

runMatrix(apache);

const without = (line: string | RegExp) => (text: string) => text.replace(line, '');

doctorFinds(apache, 'OPTIONS is not refused', 'open', /Require not method OPTIONS/, (text) =>
  text.replace('Require not method OPTIONS', '').replace(/LuaHookFixups .*/, ''),
);
doctorFinds(
  apache,
  'Upgrade is not looked at',
  'web_socket',
  /HTTP:Upgrade/,
  without('Require expr "-z %{HTTP:Upgrade}"'),
);
doctorFinds(apache, 'a valid user may do anything', 'writes', /Require claim/, (text) =>
  text.replace('Require method GET HEAD\n', 'Require all granted\n'),
);
doctorFinds(
  apache,
  'the script does not run',
  'identity_missing',
  /identity\.lua/,
  without(/LuaHookFixups .*/),
);
