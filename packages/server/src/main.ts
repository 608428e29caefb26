import * as crypto from 'node:crypto';
import { statesOf } from '@hallpass/core/change';
import { digestOf } from '@hallpass/core/digest';
import { loadTokens } from '@hallpass/core/packed';
import type { OperatorRecord } from '@hallpass/core/record';
import type { Secret } from '@hallpass/core/secret';
import { TokenTable } from '@hallpass/core/token-table';
import { steadyClock } from './clock.ts';
import { ConfigError } from './config/config-error.ts';
import type { Config } from './config/settings.ts';
import { loadGatePlan } from './config.ts';
import { bootstrapOwner } from './control/bootstrap.ts';
import type { Control } from './control/control.ts';
import { Turns } from './control/turns.ts';
import { DataFolder } from './data-folder.ts';
import { compileTicks } from './early-ticks.ts';
import { GivingWay } from './giving-way.ts';
import { TrustedProxies } from './http/address.ts';
import type { Doors } from './http/doors.ts';
import { SERVER_OPTIONS } from './http/front.ts';
import type { Later } from './http/gate/cuts.ts';
import { trimRegularly } from './journal-trimming.ts';
import { openListener } from './listen.ts';
import { Live } from './live.ts';
import type { Logger } from './log.ts';
import { openVault } from './open-vault.ts';
import { randomPool } from './random-pool.ts';
import { Retirement } from './retirement.ts';
import type { Running, StartOptions } from './running.ts';
import { openSqlite } from './store/sqlite/open.ts';
import type { Store } from './store/store.ts';
import { Usage } from './usage.ts';
import { flushRegularly } from './usage-flush.ts';
import { UsageReports } from './usage-reports.ts';

const randomBytes = randomPool(crypto.randomBytes);
const clock = steadyClock(Date.now, () => performance.now());

const later: Later = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** Builds the server from its settings and runs it. Rejects with a StoreError or StartError. */
export async function start(config: Config, options: StartOptions): Promise<Running> {
  compileTicks();
  const folder = await DataFolder.open(config.data);
  const givingWay = new GivingWay(() => performance.now());
  const store = await openSqlite({
    file: config.databaseUrl.file,
    random: randomBytes,
    clock,
    pace: { answer: (run) => givingWay.add(run), begin: (run) => givingWay.gather(run) },
  });
  try {
    return await startOn(store, givingWay, folder, config, options);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function startOn(
  store: Store,
  givingWay: GivingWay,
  folder: DataFolder,
  config: Config,
  { log, stdout }: StartOptions,
): Promise<Running> {
  const vault = await openVault(config, folder, store, randomBytes, log);
  const control: Control = { store, vault, clock, random: randomBytes, turns: new Turns() };
  const tokens = new TokenTable({ names: true });
  const usage = new Usage();
  const live = new Live(tokens, usage, clock);
  store.follow((changes) => live.apply(changes));

  const listener = await openListener({ config, log, server: SERVER_OPTIONS });
  const build = async (): Promise<Doors> => {
    // Imported here, because the database's thread reads tokens while this one reads modules.
    const { openDoors } = await import('./http/doors.ts');
    const doors = await openDoors({
      control,
      live,
      reports: new UsageReports(usage, live, clock),
      log,
      random: randomBytes,
      server: listener.server,
      prefix: config.prefix,
      gatePlan: loadGatePlan(config),
      later,
      trustedProxies: new TrustedProxies(config.trustedProxies),
      proxySecret: config.proxySecret ?? undefined,
      publicUrl: config.publicUrl,
      metricsPublic: config.metricsPublic,
      cursorKey: await cursorKey(store),
      givingWay,
      feedMaxStreams: config.feedMaxStreams,
    });
    await listener.listen();
    return doors;
  };
  let doors: Doors;
  let welcome: string | undefined;
  try {
    [doors] = await Promise.all([build(), load(store, live)]);
    welcome = await bootstrap(control, folder, config, log);
  } catch (error) {
    await listener.close();
    throw error;
  }
  doors.open();
  if (welcome !== undefined) stdout(welcome);
  const flush = flushRegularly(usage, store, log);
  const trimming = trimRegularly(store, { days: config.journalDays, rows: config.journalRows }, clock, log);
  const retirement = new Retirement(control, live, log);
  log.info({ address: listener.address, count: tokens.size, revision: live.revision }, 'ready');
  const stop = async (): Promise<void> => {
    doors.stop(listener.connections);
    await listener.close();
    await doors.close();
    await flush.stop();
    await trimming.stop();
    await retirement.stop();
    await store.close();
  };
  let stopped: Promise<void> | undefined;
  return {
    address: listener.address,
    async reload() {
      reloadGate(config, doors, log);
      await listener.reload();
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Takes up the gate's file as it is now; one that is wrong changes nothing and is logged. */
function reloadGate(config: Config, doors: Doors, log: Logger): void {
  const { gateFile: file } = config;
  if (file === null) return;
  try {
    const plan = loadGatePlan(config);
    if (plan) doors.replaceGatePlan(plan);
    log.info({ file }, 'the gate file was read again');
  } catch (err) {
    if (!(err instanceof ConfigError)) throw err;
    log.error(
      { code: 'gate_file_unusable', file, err },
      'the new gate file cannot be used; the old one stays',
    );
  }
}

/** Cursors of lists are good on every server of a database, and after a restart. */
async function cursorKey(store: Store): Promise<string> {
  const known = await store.readMeta('cursor_key');
  if (known !== undefined) return known;
  const made = Buffer.from(randomBytes(16)).toString('hex');
  await store.writeMeta('cursor_key', made);
  return made;
}

/** Makes the first owner of an empty store. What it returns tells the operator the key, if one was made for it. */
async function bootstrap(
  control: Control,
  folder: DataFolder,
  config: Config,
  log: Logger,
): Promise<string | undefined> {
  const operators = await control.store.listOperators();
  if (operators.length > 0) {
    if (config.ownerKey) warnOfForeignKey(operators, config.ownerKey, log);
    return undefined;
  }
  const key = config.ownerKey ?? (await folder.ownerKey(control.random));
  await bootstrapOwner(control, key);
  if (config.ownerKey !== null) return undefined;
  return `The owner key, shown this once and kept in ${folder.ownerKeyFile}:\n\n  ${key.reveal()}\n`;
}

/** A key in the settings makes the first owner and no other: changing it there changes nothing. */
function warnOfForeignKey(operators: readonly OperatorRecord[], key: Secret, log: Logger): void {
  const digest = digestOf(key.reveal());
  if (operators.some((operator) => operator.digest === digest)) return;
  log.warn(
    {},
    'the owner key in the settings belongs to no operator: it counts only at the first start; add operators over the API',
  );
}

/** Brings everything that is stored into memory, where checks find it. */
async function load(store: Store, live: Live): Promise<void> {
  for (const operator of await store.listOperators()) live.operators.put(operator);
  const { revision } = await store.load(
    (count) => live.tokens.reserve(count),
    (batch) => loadTokens(live.tokens, batch),
  );
  for (const token of await store.tokensAwaitingUse()) {
    for (const state of statesOf(token)) live.firstUses.put(state);
  }
  live.open(revision);
}
