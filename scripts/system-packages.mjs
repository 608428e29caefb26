// What some tests need beside Node: the proxies that the guides are tried with, and a terminal. Real programs, from the
// packages of the system.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Each such test, what it runs, and the Debian packages that have it. */
export const PROGRAMS = [
  { test: 'cli/terminal.test.js', program: 'tmux', packages: ['tmux'] },
  { test: 'readme-cli.test.js', program: 'tmux', packages: ['tmux'] },
  { test: 'guides/nginx.test.js', program: 'nginx', packages: ['nginx'] },
  { test: 'guides/caddy.test.js', program: 'caddy', packages: ['caddy'] },
  { test: 'guides/haproxy.test.js', program: 'haproxy', packages: ['haproxy'] },
  {
    test: 'guides/apache.test.js',
    program: 'apache2',
    needs: ['/usr/lib/apache2/modules/mod_auth_openidc.so'],
    packages: ['apache2', 'libapache2-mod-auth-openidc'],
  },
];

// Debian keeps servers where only root's PATH looks.
process.env.PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);

function isInstalled(program) {
  return process.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, program)));
}

function missingOf(programs) {
  return programs.filter(({ program, needs = [] }) => !isInstalled(program) || !needs.every(existsSync));
}

function install(packages) {
  // Debian asks this program before it starts a service: 101 is no.
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, stdio: ['ignore', 2, 2] };
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  if (ours) chmodSync(policy, 0o755);
  try {
    spawnSync('apt-get', ['update', '-qq'], options);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
  } finally {
    if (ours) rmSync(policy);
  }
}

/** Installs what is missing of these programs where that can be done. Returns those that are missing still. */
export function provide(programs) {
  const missing = missingOf(programs);
  if (missing.length === 0 || process.getuid?.() !== 0 || !isInstalled('apt-get')) return missing;
  const packages = missing.flatMap((each) => each.packages);
  console.error(`Installing ${packages.join(', ')} with apt-get (once; some tests run them) …`);
  install(packages);
  return missingOf(missing);
}
