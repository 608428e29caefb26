import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../server.ts';
import { proxySecretWorks } from './belief-cases.ts';
import { doctorFinds } from './doctor-cases.ts';
import { printedFile, withPorts } from './guide.ts';
import { runMatrix } from './matrix.ts';
import { startProxy } from './proxy-process.ts';
import type { ProxyUnderTest } from './stand.ts';

const caddy: ProxyUnderTest = {
  name: 'Caddy',
  settings: () => ({ trustedProxies: '127.0.0.1' }),
  async run(t, ports, _hallpass, edit) {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'Caddyfile'), edit(withPorts(printedFile('caddy', 'Caddyfile'), ports)));
    const env = { HOME: cwd, XDG_DATA_HOME: cwd, XDG_CONFIG_HOME: cwd };
    const words = ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'];
    await startProxy(t, { program: 'caddy', words, env, cwd, port: ports.proxy });
  },
  passesOn: (status) => [status],
  options: 'checked',
  whenDown: [502],
};

runMatrix(caddy);
proxySecretWorks(
  'caddy',
  caddy,
  'header_up X-Hallpass-Proxy-Secret {$HALLPASS_PROXY_SECRET}',
  'uri /_/verify',
);

doctorFinds(caddy, 'a flat file', 'identity_missing', /route \{/, (text) =>
  text.replace(/\troute \{\n([\s\S]*)\n\t\}\n\}/, '$1\n}'),
);
doctorFinds(caddy, 'no forward_auth', 'open', /forward_auth/, (text) =>
  text.replace(/\t\tforward_auth[\s\S]*?\n\t\t\}\n/, ''),
);
doctorFinds(caddy, 'forged headers are not removed', 'forged_identity', /\*allpass\*/, (text) =>
  text.replace('request_header -*allpass*', ''),
);
doctorFinds(caddy, 'the token is passed on', 'token_shown', /-Authorization/, (text) =>
  text.replace('request_header -Authorization', ''),
);
doctorFinds(caddy, 'only reading is asked for', 'writes', /\/_\/verify/, (text) =>
  text.replace('uri /_/verify', 'uri /_/verify/read'),
);
