import { readName } from '@hallpass/core/name';
import { type AskFlags, askChoice, askText } from '../ask.ts';
import { Fault } from '../fault.ts';
import type { CliIo } from '../io.ts';
import { canAsk } from '../screen.ts';
import { readExpiry } from '../when.ts';

export interface FormFlags extends AskFlags {
  readonly expires?: string;
  readonly readOnly?: boolean;
  readonly write?: boolean;
}

export interface Filled {
  readonly name: string;
  readonly expires: string | undefined;
  readonly write: boolean;
}

const EXPIRIES = [
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
  { value: '90d', label: '90 days' },
  { value: '1y', label: 'a year' },
  { value: 'never', label: 'never', hint: 'it works until you disable or delete it' },
  { value: '', label: 'another time' },
];

function nameProblem(answer: string): string | undefined {
  const reading = readName(answer);
  return reading.ok ? undefined : `The name ${reading.message}.`;
}

async function askExpiry(io: CliIo): Promise<string> {
  const chosen = await askChoice(io, 'When does it end?', EXPIRIES, '30d');
  if (chosen !== '') return chosen;
  return askText(io, 'Until when? (30d, 2027-01-31, "tomorrow 18:00")', (answer) => {
    const reading = readExpiry(answer, io.now());
    return reading.ok ? undefined : reading.message;
  });
}

/** What a new token is to be. Asks for what the flags leave open, and only when no name was given. */
export async function filledForm(name: string | undefined, flags: FormFlags, io: CliIo): Promise<Filled> {
  const { expires, readOnly, write } = flags;
  if (name !== undefined) return { name, expires, write: !readOnly };
  if (!canAsk(flags, io)) throw new Fault('usage', 'Give the token a name: hallpass token create NAME.');
  const access = [
    { value: 'read', label: 'read' },
    { value: 'write', label: 'read and write' },
  ];
  return {
    name: await askText(io, 'What is the token for? Its name:', nameProblem),
    expires: expires ?? (await askExpiry(io)),
    write:
      readOnly || write ? !readOnly : (await askChoice(io, 'What may it do?', access, 'write')) === 'write',
  };
}
