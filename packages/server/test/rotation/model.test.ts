import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changeToken, type TokenChanges } from 'hallpass/control/change-token';
import { deleteToken } from 'hallpass/control/delete-token';
import { revokeByValue } from 'hallpass/control/revoke-by-value';
import type { Rotation } from 'hallpass/control/rotate-token';
import { assertWhole } from '../store/chains.ts';
import { CALLER, NOW, type Stand, stand } from './stand.ts';

/** A value as it was handed out, and what was promised of it. */
interface Value {
  readonly text: string;
  /** Of a former value. */
  endsAt: number | null;
  untilFirstUse: boolean;
  over: boolean;
}

interface Token {
  expiresAt: number | null;
  active: boolean;
  write: boolean;
  /** Oldest first, the present one last. */
  readonly values: Value[];
}

const NAMES = ['a', 'b'] as const;
const FROM = { address: null, requestId: 'r' };

function isBefore(now: number, end: number | null): boolean {
  return end === null || now < end;
}

/** The promise in few words, with neither table nor store. */
class Model {
  readonly tokens = new Map<string, Token>();
  readonly gone: string[] = [];
  now = NOW;

  isGood(token: Token, value: Value): boolean {
    return (
      token.active && !value.over && isBefore(this.now, token.expiresAt) && isBefore(this.now, value.endsAt)
    );
  }

  rotate(token: Token, text: string, { overlap, untilFirstUse, expiresAt }: Partial<Rotation>): void {
    const old = token.values.at(-1) as Value;
    if (overlap === 0 || (overlap === undefined && !untilFirstUse)) {
      for (const value of token.values) value.over = true;
    }
    const ends = [overlap === undefined ? null : this.now + overlap, token.expiresAt].filter(
      (end) => end !== null,
    );
    old.endsAt = ends.length === 0 ? null : Math.min(...ends);
    old.untilFirstUse = untilFirstUse ?? false;
    token.values.push({ text, endsAt: null, untilFirstUse: false, over: false });
    if (expiresAt !== undefined) token.expiresAt = expiresAt;
  }

  use(token: Token, at: number): boolean {
    const good = this.isGood(token, token.values[at] as Value);
    if (good) for (const older of token.values.slice(0, at)) if (older.untilFirstUse) older.over = true;
    return good;
  }

  revoke(token: Token, at: number): void {
    if (!token.active) return;
    if (at === token.values.length - 1) token.active = false;
    else (token.values[at] as Value).over = true;
  }
}

type Step = (model: Model, real: Stand) => Promise<void>;

const name = fc.constantFrom(...NAMES);
const expiry = fc.option(fc.integer({ min: -5, max: 60 }));

function at(model: Model, offset: number | null): number | null {
  return offset === null ? null : model.now + offset;
}

const create = fc.tuple(name, expiry).map(
  ([which, ends]): Step =>
    async (model, real) => {
      if (model.tokens.has(which)) return;
      const expiresAt = at(model, ends);
      const text = await real.create(which, expiresAt);
      const value = { text, endsAt: null, untilFirstUse: false, over: false };
      model.tokens.set(which, { expiresAt, active: true, write: true, values: [value] });
    },
);

const rotate = fc
  .record({
    which: name,
    overlap: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
    untilFirstUse: fc.boolean(),
    expires: fc.option(expiry, { nil: undefined }),
  })
  .map(
    ({ which, overlap, untilFirstUse, expires }): Step =>
      async (model, real) => {
        const token = model.tokens.get(which);
        if (!token) return;
        const rotation = {
          untilFirstUse,
          ...(overlap === undefined ? {} : { overlap }),
          ...(expires === undefined ? {} : { expiresAt: at(model, expires) }),
        };
        try {
          model.rotate(token, await real.rotate(which, rotation), rotation);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'too_many_values');
        }
      },
  );

const change = fc
  .record({
    which: name,
    action: fc.constantFrom('token.change', 'token.replace'),
    expires: fc.option(expiry, { nil: undefined }),
    active: fc.option(fc.boolean(), { nil: undefined }),
  })
  .map(
    ({ which, action, expires, active }): Step =>
      async (model, real) => {
        const token = model.tokens.get(which);
        if (!token) return;
        const changes: TokenChanges =
          action === 'token.replace'
            ? { expiresAt: at(model, expires ?? null), active: active ?? true, write: true }
            : {
                ...(expires === undefined ? {} : { expiresAt: at(model, expires) }),
                ...(active === undefined ? {} : { active }),
              };
        await changeToken(real.control, CALLER, action as 'token.change', which, changes);
        Object.assign(token, changes);
      },
  );

const remove = name.map(
  (which): Step =>
    async (model, real) => {
      const token = model.tokens.get(which);
      if (!token) return;
      await deleteToken(real.control, CALLER, which);
      model.gone.push(...token.values.map(({ text }) => text));
      model.tokens.delete(which);
    },
);

const use = fc.tuple(name, fc.nat(12)).map(
  ([which, index]): Step =>
    async (model, real) => {
      const token = model.tokens.get(which);
      if (!token) return;
      const place = index % token.values.length;
      assert.equal(real.use((token.values[place] as Value).text), model.use(token, place));
    },
);

const revoke = fc.tuple(name, fc.nat(12)).map(
  ([which, index]): Step =>
    async (model, real) => {
      const token = model.tokens.get(which);
      if (!token) return;
      const place = index % token.values.length;
      const { text, over } = token.values[place] as Value;
      await revokeByValue(real.control, real.live.tokens, text, FROM);
      if (!over) model.revoke(token, place);
    },
);

const advance = fc.nat(15).map(
  (by): Step =>
    async (model, real) => {
      model.now += by;
      real.now = model.now;
    },
);

const restart = fc.constant<Step>(async (_model, real) => real.restart());
const sweep = fc.constant<Step>(async (_model, real) => real.retirement.sweep());

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: create },
    { weight: 6, arbitrary: rotate },
    { weight: 3, arbitrary: change },
    { weight: 1, arbitrary: remove },
    { weight: 6, arbitrary: use },
    { weight: 1, arbitrary: revoke },
    { weight: 3, arbitrary: advance },
    { weight: 1, arbitrary: restart },
    { weight: 1, arbitrary: sweep },
  ),
  { minLength: 5, maxLength: 40 },
);

function assertSame(model: Model, real: Stand): void {
  for (const token of model.tokens.values()) {
    for (const value of token.values) assert.equal(real.knows(value.text), model.isGood(token, value));
  }
  for (const value of model.gone) assert.equal(real.knows(value), false);
}

test('C37: every value ever handed out is good exactly as long as promised, whatever happens to its token', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (run) => {
      const real = await stand();
      try {
        const model = new Model();
        for (const step of run) {
          await step(model, real);
          assertSame(model, real);
        }
        await real.restart();
        assertSame(model, real);
        await assertWhole(real.store);
      } finally {
        await real.close();
      }
    }),
    { numRuns: 10 },
  );
});
