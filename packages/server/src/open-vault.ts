import type { RandomBytes } from '@hallpass/core/token';
import type { Config } from './config/settings.ts';
import { EmptyVault, keyCheck, LockedVault, SealingVault, type Vault } from './control/vault.ts';
import type { DataFolder } from './data-folder.ts';
import type { Logger } from './log.ts';
import { StartError } from './start-error.ts';
import type { Store } from './store/store.ts';

const CHECK = 'secret_key_check';

/** Whether the key that a server would be started with is the one that `check`, of a database, is of. */
export async function keyFor(
  check: string,
  config: Pick<Config, 'secretKey'>,
  folder: DataFolder,
): Promise<'right' | 'missing' | 'other'> {
  const key = config.secretKey ?? (await folder.readSecretKey());
  if (!key) return 'missing';
  return keyCheck(key) === check ? 'right' : 'other';
}

/**
 * Chooses how values are kept. The store remembers which key seals it: another one is refused at once, and a
 * missing one locks the values and nothing else.
 */
export async function openVault(
  config: Pick<Config, 'secretKey' | 'reveal'>,
  folder: DataFolder,
  store: Store,
  random: RandomBytes,
  log: Logger,
): Promise<Vault> {
  if (config.reveal === 'never') return new EmptyVault();
  const check = await store.readMeta(CHECK);
  let key = config.secretKey ?? (await folder.readSecretKey());
  if (!key) {
    if (check !== undefined) {
      log.warn(
        { file: folder.secretKeyFile },
        'the secret key is missing: no value can be shown and none is kept; put the key back and restart',
      );
      return new LockedVault();
    }
    key = await folder.makeSecretKey(random);
  }
  if (check === undefined) await store.writeMeta(CHECK, keyCheck(key));
  else if (check !== keyCheck(key)) {
    throw new StartError(
      'wrong_secret_key',
      'The secret key is not the one that sealed the values in this database. Give the right one, or start with ' +
        '--reveal never to work without showing values.',
    );
  }
  return new SealingVault(key, random);
}
