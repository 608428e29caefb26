const LONGEST = 255;
/** Control characters, line and paragraph separators, and what overrides or isolates text direction. */
const REFUSED = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

/** What has no ink: a name of nothing else looks like none, and like every other such name. */
const UNSEEN = /^[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cf}\u2800]*$/u;

export type NameReading =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly message: string };

function refuse(message: string): NameReading {
  return { ok: false, message };
}

/** Brings a name into its one form (NFC) or says what is wrong with it. Names are compared exactly after this. */
export function readName(input: string): NameReading {
  if (!input.isWellFormed()) return refuse('must be valid Unicode');
  const name = input.normalize('NFC');
  const length = [...name].length;
  if (length === 0) return refuse('must not be empty');
  if (length > LONGEST) return refuse(`must have at most ${LONGEST} characters`);
  if (REFUSED.test(name)) return refuse('must not contain control or text-direction characters');
  if (UNSEEN.test(name)) return refuse('must have a character that can be seen');
  if (name.trim() !== name) return refuse('must not begin or end with white space');
  return { ok: true, name };
}
