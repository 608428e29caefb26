import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../server.ts';
import { proxySecretWorks } from './belief-cases.ts';
import { doctorFinds } from './doctor-cases.ts';
import { printedFile, withPorts } from './guide.ts';
import { runMatrix } from './matrix.ts';
import { startProxy } from './proxy-process.ts';
import type { ProxyUnderTest } from './stand.ts';

const haproxy: ProxyUnderTest = {
  name: 'HAProxy',
  settings: () => ({ trustedProxies: '127.0.0.1' }),
  async run(t, ports, _hallpass, edit) {
    const cwd = temporaryFolder(t);
    for (const file of ['haproxy.cfg', 'hallpass.lua'])
      writeFileSync(join(cwd, file), edit(withPorts(printedFile('haproxy', file), ports)));
    const words = ['-db', '-f', 'haproxy.cfg'];
    await startProxy(t, { program: 'haproxy', words, cwd, port: ports.proxy });
  },
  passesOn: (status) => ([400, 401, 403, 405, 429].includes(status) ? [status] : [503]),
  options: 'checked',
  whenDown: [503],
};

runMatrix(haproxy);
proxySecretWorks(
  'haproxy',
  haproxy,
  'question["x-hallpass-proxy-secret"] = { os.getenv("HALLPASS_PROXY_SECRET") }',
  'local question = { ["x-forwarded-method"] = { txn.f:method() } }',
);

doctorFinds(haproxy, 'Upgrade is not told', 'web_socket', /upgrade/, (text) =>
  text.replace('headers["upgrade"] and VERIFY .. "/write" or VERIFY', 'VERIFY'),
);
doctorFinds(haproxy, 'forged headers are not removed', 'forged_identity', /del-header/, (text) =>
  text.replace('http-request del-header ^x.hallpass. -m reg', ''),
);
doctorFinds(haproxy, 'it is let through when in doubt', 'writes', /unless/, (text) =>
  text.replace(/.*status 403 .*\n/, '').replace('-m int 200', '-m int 200:499'),
);
doctorFinds(haproxy, 'every protocol is passed on', 'other_protocol', /del-header Upgrade/, (text) =>
  text.replace(/http-request del-header Upgrade .*\n/, ''),
);
