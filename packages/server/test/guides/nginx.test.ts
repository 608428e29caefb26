import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../server.ts';
import { printedFile, withPorts } from './guide.ts';
import { runMatrix } from './matrix.ts';
import { startProxy } from './proxy-process.ts';
import type { ProxyUnderTest } from './stand.ts';

/** What a distribution puts around conf.d, with everything in one folder. */
const AROUND = `
daemon off; master_process off; pid nginx.pid; error_log stderr notice;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  include hallpass.conf;
}
`;

const nginx: ProxyUnderTest = {
  name: 'nginx',
  settings: () => ({ trustedProxies: '127.0.0.1' }),
  async run(t, ports, _hallpass, edit) {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'nginx.conf'), AROUND);
    writeFileSync(join(cwd, 'hallpass.conf'), edit(withPorts(printedFile('nginx', 'hallpass.conf'), ports)));
    const words = ['-e', 'stderr', '-p', `${cwd}/`, '-c', 'nginx.conf'];
    await startProxy(t, { program: 'nginx', words, cwd, port: ports.proxy });
  },
  passesOn: (status) => ([400, 401, 403, 405, 429].includes(status) ? [status] : [503]),
  options: 'checked',
  whenDown: [503],
};

runMatrix(nginx);
