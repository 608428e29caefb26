import { createSecretKey, type KeyObject } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '@hallpass/core/secret';
import { hasForm, mint, type RandomBytes } from '@hallpass/core/token';
import { makeFolder } from './folder.ts';
import { StartError } from './start-error.ts';

const KEY_BYTES = 32;

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** The folder that holds the database and the keys made at the first start; nobody else may look inside. */
export class DataFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder if need be. Throws a StartError. */
  static async open(path: string): Promise<DataFolder> {
    try {
      await makeFolder(path);
    } catch (error) {
      throw new StartError(
        'data_unavailable',
        `The data folder ${path} cannot be made (${codeOf(error)}). Make it, or name another one with --data.`,
        error,
      );
    }
    return new DataFolder(path);
  }

  get secretKeyFile(): string {
    return join(this.path, 'secret.key');
  }

  get ownerKeyFile(): string {
    return join(this.path, 'owner.key');
  }

  /** The key in the folder, or undefined when there is none. */
  async readSecretKey(): Promise<KeyObject | undefined> {
    const text = await this.#read(this.secretKeyFile);
    if (text === undefined) return undefined;
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length === KEY_BYTES) return createSecretKey(bytes);
    throw new StartError(
      'wrong_secret_key',
      `${this.secretKeyFile} does not hold a key of ${KEY_BYTES} bytes in base64. Put back the file as it was.`,
    );
  }

  async makeSecretKey(random: RandomBytes): Promise<KeyObject> {
    const bytes = random(KEY_BYTES);
    await this.#write(this.secretKeyFile, Buffer.from(bytes).toString('base64'));
    return createSecretKey(bytes);
  }

  /** The owner key in the folder: one that a start before this one made, else a new one. */
  async ownerKey(random: RandomBytes): Promise<Secret> {
    const text = await this.#read(this.ownerKeyFile);
    if (text === undefined) {
      const key = mint('hpo_', random);
      await this.#write(this.ownerKeyFile, key.reveal());
      return key;
    }
    if (hasForm(text, 'hpo_')) return new Secret(text);
    throw new StartError(
      'data_unavailable',
      `${this.ownerKeyFile} does not hold an operator key. Remove the file to have a new one made.`,
    );
  }

  async #read(file: string): Promise<string | undefined> {
    try {
      return (await readFile(file, 'utf8')).trim();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw new StartError('data_unavailable', `${file} cannot be read (${codeOf(error)}).`, error);
    }
  }

  /** Whole, on disk, and for the owner's eyes only, before anything relies on it. */
  async #write(file: string, text: string): Promise<void> {
    try {
      const draft = `${file}.new`;
      const handle = await open(draft, 'w', 0o600);
      try {
        await handle.writeFile(`${text}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, file);
      await this.#syncNames();
    } catch (error) {
      throw new StartError('data_unavailable', `${file} cannot be written (${codeOf(error)}).`, error);
    }
  }

  /** A new name in the folder outlives a power cut only when the folder itself is on disk. */
  async #syncNames(): Promise<void> {
    if (process.platform === 'win32') return;
    const handle = await open(this.path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}
