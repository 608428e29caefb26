import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from './server-process.ts';

/** Where the proxy is told to send requests, by port; `hallpass` is asked about each of them where there is one. */
export interface Behind {
  readonly app: number;
  readonly hallpass?: number;
}

const GUIDES = fileURLToPath(new URL('../../docs/guides/', import.meta.url));

/** The file that a guide prints, with the ports of a measurement. */
function guideFile(guide: string, file: string, ports: ReadonlyMap<string, number>): string {
  const blocks = readFileSync(`${GUIDES}${guide}.md`, 'utf8').matchAll(/^```[a-z]+ (\S+)\n([\s\S]*?)^```$/gm);
  const text = [...blocks].find(([, name]) => name === file)?.[2];
  if (text === undefined) throw new Error(`${guide}.md prints no ${file}.`);
  return text.replace(/(?<=:|listen )(4255|8080|8081)\b/g, (port) => String(ports.get(port)));
}

function guideFor(guide: string, file: string, port: number, app: number, hallpass: number): string {
  const ports = new Map([
    ['4255', hallpass],
    ['8080', port],
    ['8081', app],
  ]);
  return guideFile(guide, file, ports);
}

/** One worker, as every other program here has one thread for requests; connections are not counted. */
const NGINX = `
daemon off; master_process off; pid nginx.pid; error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  include site.conf;
}
`;

function plainNginx(port: number, app: number): string {
  return `
upstream app { server 127.0.0.1:${app}; keepalive 64; keepalive_requests 1000000000; }
server {
  listen 127.0.0.1:${port};
  location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ''; }
}
`;
}

function plainCaddy(port: number, app: number): string {
  return `{\n\tadmin off\n}\n\n:${port} {\n\treverse_proxy 127.0.0.1:${app}\n}\n`;
}

/** A proxy that asks answers 401 to the one who waits for it. */
const readiness = ({ hallpass }: Behind) => ({
  readyPath: '/',
  readyStatus: hallpass === undefined ? 200 : 401,
});

/** nginx as a plain proxy, or with the file of its guide. */
export function startNginx(folder: string, behind: Behind): Promise<ServerProcess> {
  const { app, hallpass } = behind;
  const own = mkdtempSync(join(folder, 'nginx-'));
  const args = (port: number): string[] => {
    const site =
      hallpass === undefined
        ? plainNginx(port, app)
        : guideFor('nginx', 'hallpass.conf', port, app, hallpass);
    writeFileSync(join(own, 'site.conf'), site);
    writeFileSync(join(own, 'nginx.conf'), NGINX);
    return ['-e', 'stderr', '-p', `${own}/`, '-c', 'nginx.conf'];
  };
  return ServerProcess.start({ command: 'nginx', args, folder: own, ...readiness(behind) });
}

/** Caddy as a plain proxy, or with the file of its guide. */
export function startCaddy(folder: string, behind: Behind): Promise<ServerProcess> {
  const { app, hallpass } = behind;
  const own = mkdtempSync(join(folder, 'caddy-'));
  const args = (port: number): string[] => {
    const site =
      hallpass === undefined ? plainCaddy(port, app) : guideFor('caddy', 'Caddyfile', port, app, hallpass);
    writeFileSync(join(own, 'Caddyfile'), site);
    return ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'];
  };
  const env = { HOME: own, XDG_DATA_HOME: own, XDG_CONFIG_HOME: own };
  return ServerProcess.start({ command: 'caddy', args, env, folder: own, ...readiness(behind) });
}
