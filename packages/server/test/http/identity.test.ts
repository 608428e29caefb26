import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { digestOf, spreadOf } from '@hallpass/core/digest';
import { newTokenId, type TokenId } from '@hallpass/core/id';
import type { Principal } from '@hallpass/core/principal';
import { mint } from '@hallpass/core/token';
import { type TableEntry, TokenTable } from '@hallpass/core/token-table';
import { Identities } from 'hallpass/http/identity';
import { Live } from 'hallpass/live';
import { Usage } from 'hallpass/usage';

const NOW = 1_800_000_000_000;

/** Tokens in a table, changed as committed changes do it, and found as a check finds them. */
class Place {
  readonly live = new Live(new TokenTable(), new Usage(), () => NOW);
  readonly identities = new Identities(this.live);

  constructor() {
    this.live.open(0);
  }

  change(entry: TableEntry): void {
    const { id, name, digest, expiresAt, active, write } = entry;
    const token = { id, name, digest, expiresAt, active, write };
    this.live.apply([{ kind: 'token', revision: this.live.revision + 1, at: NOW, token }]);
  }

  remove({ id, digest }: TableEntry): void {
    const revision = this.live.revision + 1;
    this.live.apply([{ kind: 'token_removed', revision, at: NOW, token: { id, digest } }]);
  }

  principalOf(value: string): Principal {
    const verdict = this.live.check({ presented: value, access: 'read' }, 'gate');
    assert.ok(verdict.allow);
    return verdict.principal;
  }

  headersOf(value: string): Record<string, string> {
    const flat = this.identities.headersOf(this.principalOf(value));
    return Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : [])));
  }
}

function newToken(id: TokenId = newTokenId(NOW, randomBytes)): { value: string; entry: TableEntry } {
  const value = mint('hp_', randomBytes).reveal();
  const terms = { expiresAt: null, active: true, write: true };
  return { value, entry: { id, name: 'before', digest: digestOf(value), ...terms } };
}

/** One whose changes are not counted with those of this one: they agree in 14 bits as seldom as one in 16,384. */
function newTokenApart({ digest }: TableEntry): TableEntry {
  for (;;) {
    const { entry } = newToken();
    if (((spreadOf(entry.digest) ^ spreadOf(digest)) & 0x3fff) !== 0) return entry;
  }
}

test('a change of a token shows in the identity of its very next request', () => {
  const place = new Place();
  const { value, entry } = newToken();
  place.change(entry);
  assert.equal(place.headersOf(value)['X-Hallpass-Token-Name'], 'before');
  assert.equal(place.headersOf(value)['X-Hallpass-Expires'], 'never');
  place.change({ ...entry, name: 'after', expiresAt: NOW + 1, write: false });
  assert.deepEqual(place.headersOf(value), {
    'X-Hallpass-Token-Id': entry.id,
    'X-Hallpass-Token-Name': 'after',
    'X-Hallpass-Write': 'false',
    'X-Hallpass-Expires': new Date(NOW + 1).toISOString(),
  });
});

test('the identity of a token is made once, whatever becomes of others meanwhile', () => {
  const place = new Place();
  const { value, entry } = newToken();
  place.change(entry);
  const made = place.identities.headersOf(place.principalOf(value));
  const other = newTokenApart(entry);
  place.change(other);
  place.change({ ...other, name: 'after' });
  place.remove(other);
  assert.equal(place.identities.headersOf(place.principalOf(value)), made);
});

test('a value that comes back under another name is shown under that one', () => {
  const place = new Place();
  const { value, entry } = newToken();
  place.change(entry);
  assert.equal(place.headersOf(value)['X-Hallpass-Token-Name'], 'before');
  place.remove(entry);
  place.change({ ...entry, name: 'after' });
  assert.equal(place.headersOf(value)['X-Hallpass-Token-Name'], 'after');
});

test('however many tokens are asked about in turn, each gets its own identity', () => {
  const place = new Place();
  const tokens = Array.from({ length: 2_000 }, () => newToken());
  for (const { entry } of tokens) place.change({ ...entry, name: entry.id });
  for (let round = 0; round < 2; round++)
    for (const { value, entry } of tokens)
      assert.equal(place.headersOf(value)['X-Hallpass-Token-Name'], entry.id);
});

test('two values of one token are told apart', () => {
  const place = new Place();
  const old = newToken();
  const next = newToken(old.entry.id);
  place.change({ ...old.entry, expiresAt: NOW + 1 });
  place.change(next.entry);
  for (let round = 0; round < 2; round++) {
    assert.equal(place.headersOf(old.value)['X-Hallpass-Expires'], new Date(NOW + 1).toISOString());
    assert.equal(place.headersOf(next.value)['X-Hallpass-Expires'], 'never');
  }
  assert.equal(place.principalOf(old.value).equals(place.principalOf(next.value)), false);
});
