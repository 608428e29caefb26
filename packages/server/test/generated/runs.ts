import fc from 'fast-check';

/** Generated inputs a test. `npm run test:long` sets ten times as many. */
export const RUNS = Number(process.env['GENERATED_RUNS'] ?? 20_000);
/** The same seed gives the same inputs. */
export const SEED = Number(process.env['GENERATED_SEED'] ?? 1);

const BATCH = 500;

function* generated<T>(arbitrary: fc.Arbitrary<T>, runs: number): Generator<T> {
  for (let made = 0; made < runs; made += BATCH) {
    const numRuns = Math.min(BATCH, runs - made);
    // Numbers that are near each other start random sequences that are not.
    yield* fc.sample(arbitrary, { seed: Math.imul(SEED, 1_000_003) + made, numRuns });
  }
}

function failure(error: unknown, value: unknown): Error {
  const said = error instanceof Error ? error.message : String(error);
  return new Error(`GENERATED_SEED=${SEED}: ${said}\nGenerated: ${JSON.stringify(value)}`, { cause: error });
}

/** Hands every generated input to `run`, and always `lanes` of them at a time. Rejects with the first that fails. */
export async function forEachGenerated<T>(
  arbitrary: fc.Arbitrary<T>,
  { runs = RUNS, lanes }: { readonly runs?: number; readonly lanes: number },
  run: (value: T, lane: number) => Promise<void>,
): Promise<void> {
  const values = generated(arbitrary, runs);
  const work = async (_: unknown, lane: number): Promise<void> => {
    for (const value of values) {
      await run(value, lane).catch((error: unknown) => {
        values.return(undefined);
        throw failure(error, value);
      });
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
}
