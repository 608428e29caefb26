import type { Principal } from '@hallpass/core/principal';
import { admit } from './answer.ts';
import { responseOf } from './fetch.ts';
import type { Checker } from './guard.ts';

/** For `new Hono<{ Variables: HallpassVariables }>()`. */
export interface HallpassVariables {
  /** Whom the token stands for; there behind `hallpass(guard)`. */
  hallpass: Principal;
}

interface Context {
  readonly req: { readonly raw: Request };
  set(key: 'hallpass', value: Principal): void;
}

/** Middleware for Hono: what is refused is answered, all else goes on with `c.get('hallpass')`. */
export function hallpass(
  guard: Checker,
): (context: Context, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (context, next) => {
    const { raw } = context.req;
    const { principal, refused } = admit(guard, raw);
    if (refused) return responseOf(refused, raw.method);
    context.set('hallpass', principal);
    await next();
    return undefined;
  };
}
