const CALLS = 5_000;

function nothing(): void {}

/**
 * Has V8 compile `process.nextTick` for the calls that it will see. Left to itself it settles
 * in about two of five processes on a form that takes five times as long, for as long as the process lives, and each
 * request over HTTP calls it eight times (docs/decisions/0008-early-ticks.md).
 */
export function compileTicks(): void {
  for (let i = 0; i < CALLS; i++) process.nextTick(nothing, i, i);
}
