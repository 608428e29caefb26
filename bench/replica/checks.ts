// One process of the bench: checks in the SDK, in core alone, and in what others use, in turn. Prints nanoseconds a check
// as JSON.
import { createSecretKey, randomBytes } from 'node:crypto';
import { readAuthorization } from '@hallpass/core/credential';
import { decide } from '@hallpass/core/decide';
import { TokenTable } from '@hallpass/core/token-table';
import { connect } from '@hallpass/sdk/connect';
import { SURROUNDINGS } from '@hallpass/sdk/surroundings';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { apiKey } from 'better-auth/plugins';
import { createVerifier } from 'fast-jwt';
import { jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { median } from '../check/figures.ts';
import { Population } from '../check/population.ts';
import { snapshotOf } from './snapshot.ts';

/** How many of so many headers were let in. */
interface Side {
  readonly name: string;
  readonly batch: number;
  headers(count: number): string[];
  check(headers: readonly string[]): number | Promise<number>;
}

const TOKENS = 100_000;
const JWTS = 1_000;
const ROUNDS = 40;
const WARM_UP = 16;
const READ = { write: false } as const;
const SECRET = randomBytes(32).toString('hex');

const population = new Population(TOKENS);
const entries = [...population.entries()];
const bearers = (count: number) => fresh(population.present(count).map((value) => `Bearer ${value}`));

/** Strings as a parser of headers gives them: each just cut out of a buffer. */
function fresh(texts: readonly string[]): string[] {
  return texts.map((text) => Buffer.from(text, 'latin1').toString('latin1'));
}

/** `atOnce`: uses are counted while they are noted, not in the moments between; so it shows what all of it takes. */
async function guardSide(atOnce: boolean): Promise<Side> {
  const snapshot = Buffer.concat([...snapshotOf({ count: TOKENS, entries: () => entries })]);
  const type = { headers: { 'Content-Type': 'application/vnd.hallpass.snapshot' } };
  const guard = connect({
    url: 'http://bench.test',
    key: 'hpo_1111111111111111111111111111114SunM0',
    surroundings: {
      ...SURROUNDINGS,
      later: (ms, act) => {
        if (!atOnce || ms > 0) return SURROUNDINGS.later(ms, act);
        act();
        return () => {};
      },
      fetch: async (input) =>
        String(input).endsWith('/snapshot') ? new Response(snapshot, type) : new Promise<never>(() => {}),
    },
  });
  await guard.ready();
  return {
    name: atOnce ? 'guard-counting' : 'guard',
    batch: 4_096,
    headers: bearers,
    check: (headers) => {
      let allowed = 0;
      for (const header of headers) if (guard.check(header, READ).allow) allowed++;
      return allowed;
    },
  };
}

function coreSide(): Side {
  const table = new TokenTable({ names: true });
  table.reserve(TOKENS);
  for (const entry of entries) table.set(entry);
  return {
    name: 'core',
    batch: 4_096,
    headers: bearers,
    check: (headers) => {
      let allowed = 0;
      for (const header of headers) {
        const presented = readAuthorization(header);
        if (decide({ presented, access: 'read' }, table, Date.now()).allow) allowed++;
      }
      return allowed;
    },
  };
}

function jwtSides(): Side[] {
  const jwts = Array.from({ length: JWTS }, (_, i) =>
    jsonwebtoken.sign({ sub: `token ${i}`, write: false }, SECRET, { expiresIn: '1d' }),
  );
  const headers = (count: number) =>
    fresh(Array.from({ length: count }, () => jwts[Math.floor(Math.random() * JWTS)] ?? ''));
  const key = createSecretKey(Buffer.from(SECRET));
  const verify = createVerifier({ key: SECRET, algorithms: ['HS256'], cache: false });
  const each = (check: (jwt: string) => unknown) => (values: readonly string[]) =>
    values.filter((jwt) => check(jwt)).length;
  return [
    {
      name: 'jsonwebtoken',
      batch: 500,
      headers,
      check: each((jwt) => jsonwebtoken.verify(jwt, key, { algorithms: ['HS256'] })),
    },
    { name: 'fast-jwt', batch: 500, headers, check: each((jwt) => verify(jwt)) },
    {
      name: 'jose',
      batch: 500,
      headers,
      check: async (values) => {
        let allowed = 0;
        for (const jwt of values) if ((await jwtVerify(jwt, key)).payload.sub) allowed++;
        return allowed;
      },
    },
  ];
}

async function betterAuthSide(): Promise<Side> {
  const auth = betterAuth({
    secret: SECRET,
    baseURL: 'http://bench.test',
    telemetry: { enabled: false },
    logger: { disabled: true },
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], apikey: [] }),
    emailAndPassword: { enabled: true },
    plugins: [apiKey({ rateLimit: { enabled: false } })],
  });
  const body = { email: 'bench@bench.test', password: SECRET, name: 'bench' };
  const { user } = await auth.api.signUpEmail({ body });
  const { key } = await auth.api.createApiKey({ body: { userId: user.id, name: 'ci' } });
  return {
    name: 'better-auth',
    batch: 20,
    headers: (count) => fresh(Array.from({ length: count }, () => key)),
    check: async (keys) => {
      let allowed = 0;
      for (const each of keys) if ((await auth.api.verifyApiKey({ body: { key: each } })).valid) allowed++;
      return allowed;
    },
  };
}

async function time(side: Side): Promise<number> {
  const headers = side.headers(side.batch);
  const start = process.hrtime.bigint();
  const done = side.check(headers);
  const allowed = typeof done === 'number' ? done : await done;
  const taken = process.hrtime.bigint() - start;
  if (allowed !== side.batch) throw new Error(`${side.name} refused ${side.batch - allowed} good ones.`);
  return Number(taken) / side.batch;
}

const sides = [
  await guardSide(false),
  await guardSide(true),
  coreSide(),
  ...jwtSides(),
  await betterAuthSide(),
];
const samples = new Map(sides.map(({ name }) => [name, [] as number[]]));
for (let round = 0; round < ROUNDS; round++) {
  for (const side of sides) {
    const taken = await time(side);
    if (round >= WARM_UP) samples.get(side.name)?.push(taken);
  }
}
console.log(JSON.stringify(Object.fromEntries([...samples].map(([name, each]) => [name, median(each)]))));
process.exit();
