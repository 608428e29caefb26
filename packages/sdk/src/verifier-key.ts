import { readFile } from 'node:fs/promises';
import { Secret } from '@hallpass/core/secret';
import { hasForm } from '@hallpass/core/token';
import { FeedError } from './feed-error.ts';

export interface KeyOptions {
  /** The key of a `verifier`, `hpo_…`. */
  readonly key?: string | undefined;
  /** The file that holds it, read anew for every attempt. */
  readonly keyFile?: string | undefined;
}

async function readKey(file: string): Promise<Secret> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    const message = `The key file ${file} cannot be read. Check that it is there and may be read.`;
    throw new FeedError('refused', message, { code: 'key', cause });
  }
  if (!hasForm(text, 'hpo_')) {
    const message = `The key file ${file} holds no operator key (hpo_…). Write one there and nothing else.`;
    throw new FeedError('refused', message, { code: 'key' });
  }
  return new Secret(text);
}

/** Gives the key whenever it is needed. Throws a TypeError where none is named, two are, or it cannot be one. */
export function keySource({ key, keyFile }: KeyOptions): () => Promise<Secret> {
  if ((key === undefined) === (keyFile === undefined)) throw new TypeError('Give either key or keyFile.');
  if (keyFile !== undefined) return () => readKey(keyFile);
  if (key === undefined || !hasForm(key, 'hpo_'))
    throw new TypeError('key is no operator key: hpo_ and 36 letters and digits.');
  const secret = new Secret(key);
  return () => Promise.resolve(secret);
}
