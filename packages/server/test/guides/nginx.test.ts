import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../server.ts';
import { proxySecretWorks } from './belief-cases.ts';
import { doctorFinds } from './doctor-cases.ts';
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
proxySecretWorks(
  'nginx',
  nginx,
  'proxy_set_header X-Hallpass-Proxy-Secret "the-secret-of-this-proxy";',
  'location = /_hallpass {',
);

const without = (line: string) => (text: string) => text.replace(line, '');
const METHOD = 'proxy_set_header X-Forwarded-Method $request_method;';

doctorFinds(nginx, 'the method is not told', 'method_not_believed', /X-Forwarded-Method/, without(METHOD));
doctorFinds(
  nginx,
  "the client's word for its method is believed",
  'method_forged',
  /\$request_method/,
  (text) => text.replace(METHOD, '').replace('proxy_method $request_method;', ''),
);
doctorFinds(nginx, 'satisfy any', 'open', /satisfy any/, (text) =>
  text.replace('auth_request /_hallpass;', 'satisfy any; allow all; auth_request /_hallpass;'),
);
doctorFinds(nginx, 'no auth_request at all', 'open', /auth_request/, without('auth_request /_hallpass;'));
doctorFinds(nginx, 'Upgrade is not told', 'web_socket', /Upgrade/, (text) =>
  text.replace(/(location = \/_hallpass[\s\S]*?)proxy_set_header Upgrade \$hallpass_upgrade;/, '$1'),
);
doctorFinds(
  nginx,
  'the token is passed on',
  'token_shown',
  /Authorization ''/,
  without("proxy_set_header Authorization '';"),
);
doctorFinds(
  nginx,
  'the challenge of a 403 is lost',
  'no_challenge',
  /WWW-Authenticate/,
  without('error_page 403 = @hallpass_denied;'),
);
doctorFinds(
  nginx,
  'an identity header is not set',
  'forged_identity',
  /X-Hallpass/,
  without('proxy_set_header X-Hallpass-Write $hallpass_write;'),
);
doctorFinds(nginx, 'underscores are let in', 'forged_identity', /underscores_in_headers off/, (text) =>
  text.replace('underscores_in_headers off', 'underscores_in_headers on'),
);
doctorFinds(
  nginx,
  'the override headers are passed on',
  'override',
  /Override ''/,
  without("proxy_set_header X-HTTP-Method-Override '';"),
);
doctorFinds(nginx, 'every protocol is passed on', 'other_protocol', /\$hallpass_upgrade/, (text) =>
  text.replace('proxy_set_header Upgrade $hallpass_upgrade', 'proxy_set_header Upgrade $http_upgrade'),
);
