import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Fault } from '../fault.ts';
import type { Load, Plan } from './plan.ts';

const PROGRAM = fileURLToPath(new URL('./generator.js', import.meta.url));

/** Lets a process of its own do what the plan says. Rejects with a Fault unless every answer was as expected. */
export async function runLoad(plan: Plan): Promise<Load> {
  const generator = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(generator, 'exit');
  generator.stdin.end(JSON.stringify(plan));
  const output = await text(generator.stdout);
  const [code] = await exit;
  if (code !== 0) throw new Fault('the load generator failed');
  const load: Load = JSON.parse(output);
  const faults = Object.entries(load.faults).map(([fault, count]) => `${fault} (${count}×)`);
  if (faults.length > 0) throw new Fault(`answers were wrong: ${faults.join(', ')}`);
  if (load.answers === 0) throw new Fault('no answers came');
  return load;
}
