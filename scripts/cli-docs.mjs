// Writes docs/cli.md and docs/man/ from the command line's own definition. With --check it writes nothing and fails
// when a page is not what it would write.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guideOf } from '../packages/server/dist/cli/examples.js';
import { EXIT } from '../packages/server/dist/cli/exit-codes.js';
import { newProgram } from '../packages/server/dist/cli/program.js';
import { addAllVerbs } from '../packages/server/dist/cli/verbs.js';
import { root } from './setup.mjs';

const INTRODUCTION = `# The command line

<!-- Made by scripts/cli-docs.mjs from the help texts; change those. -->

\`hallpass serve\` runs the server; the other verbs talk to one over its API. \`hallpass VERB --help\` shows what stands here.

## What holds for every verb

- Data goes to standard output, everything else to standard error. A new value stands alone on standard output.
- Data that is not taken, as on a full disk, ends with 1. A reader that has enough (\`| head\`) is no fault, unless it
  was to get a value.
- Nothing is asked unless standard input and standard error are a terminal; \`--no-input\` asks nothing there either.
  Every question is also a flag.
- On a terminal lists are tables with relative times. Elsewhere a line has its fields between tabs, with times in
  UTC (RFC 3339) and nothing for what is absent. \`NO_COLOR\` and \`TERM=dumb\` switch colours off.
- Control characters and those that turn text round are printed as \`\\u{202e}\`, in JSON as \`\\u202e\`.
- Times are written \`30d\`, \`12h\`, \`1h30m\`, \`2 weeks\`, \`3mo\`, \`1y\`, \`2027-01-31\` (the first moment of that day),
  \`"2027-01-31 18:00"\`, \`"tomorrow 18:00"\`, \`2027-01-31T18:00:00Z\`, or as milliseconds since 1970; without a zone they are
  in yours. How a time was read is printed back. A number that looks like seconds is refused.
- Secrets come from files, from standard input or from the environment, never from flags.
- Where to go: \`--url\`, else \`HALLPASS_URL\`, else the context logged in to, else http://127.0.0.1:4255. A path in it is
  the \`prefix\` that the server was given, as in \`https://example.com/-/hallpass\`; without one it is \`/_\`. Which key:
  \`--key-file\`, else \`HALLPASS_KEY\` or \`HALLPASS_KEY_FILE\`, else that of the context. \`--context\` wins over the
  environment. The key of a context goes to the address of that context and to no other.
- The exit code says how it ended: [exit-codes.md](exit-codes.md).

## JSON

\`--json\` prints one document, \`--jsonl\` one object a line. Fields are added over time; none is renamed or removed, and
times are milliseconds since 1970, \`null\` for never.

| verb | shape |
|---|---|
| \`token list\`, \`operator list\`, \`audit\` | an array of records; with \`--jsonl\` one record a line |
| \`token show\`, \`update\`, \`enable\`, \`disable\`, \`delete\`; \`operator update\`, \`delete\` | the record |
| \`token create\`, \`rotate\` | the record and \`token\`, its value |
| \`operator create\` | the record and \`key\` |
| \`token value\` | \`{token}\` |
| \`token verify\` | \`{valid: true, id, name, write, expires_at}\` or \`{valid: false, reason}\`; reason is \`not_valid\` or \`read_only\` |
| \`audit verify\` | \`{entries, head: {sequence, hash}, broken_at}\` |
| \`whoami\` | \`{url, context, operator}\` |
| \`health\` | \`{url, status}\` |
| \`config\` | an array of \`{name, value, source}\` |

A token: \`id\`, \`name\`, \`expiration_date\`, \`expires_at\`, \`active\`, \`write\`, \`status\`, \`description\`, \`created_by\`,
\`created_at\`, \`updated_at\`, \`last_used_at\`, \`revision\`, \`hint\`, \`former_values\` (\`hint\`, \`ends_at\`, \`until_first_use\`). An operator: the
same without \`write\`, \`last_used_at\` and \`former_values\`, with \`role\`. An entry of the audit trail: \`sequence\`, \`at\`, \`actor\`, \`actor_id\`, \`action\`, \`target_id\`,
\`target_name\`, \`outcome\`, \`address\`, \`request_id\`, \`detail\`, \`hash\`.
`;

const silent = () => {};
const program = newProgram({ out: silent, err: silent });
await addAllVerbs(program, { out: silent, err: silent });

function nameOf(command) {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

function usageOf(command) {
  return `${nameOf(command)} ${command.usage()}`;
}

/** Every command below, each before what stands below it. */
function* below(command) {
  for (const verb of command.commands) {
    yield verb;
    yield* below(verb);
  }
}

function optionsOf(command) {
  const help = command.createHelp();
  return [
    ...command.registeredArguments
      .filter(({ description, argChoices }) => description || argChoices)
      .map((argument) => [argument.name(), help.argumentDescription(argument)]),
    ...command.options.map((option) => [option.flags, help.optionDescription(option)]),
  ];
}

function exampleLines(command) {
  const { examples } = guideOf(command);
  const width = Math.max(...examples.map(([line]) => line.length));
  return examples.map(([line, purpose]) => (purpose ? `${line.padEnd(width)}  # ${purpose}` : line));
}

function section(command) {
  const { notes } = guideOf(command);
  const rows = optionsOf(command).map(
    ([term, text]) => `| \`${term.replaceAll('|', '\\|')}\` | ${text.replaceAll('|', '\\|')} |`,
  );
  return [
    `${command.parent?.parent ? '###' : '##'} ${nameOf(command)}`,
    `${command.description()}\n\n\`${usageOf(command)}\``,
    `\`\`\`console\n${exampleLines(command)
      .map((line) => `$ ${line}`)
      .join('\n')}\n\`\`\``,
    ...(notes ? [notes] : []),
    ...(rows.length > 0 ? [`| | |\n|---|---|\n${rows.join('\n')}`] : []),
  ].join('\n\n');
}

function roff(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

function manSection(command) {
  const { examples, notes } = guideOf(command);
  return [
    `.SH SYNOPSIS\n.B ${roff(usageOf(command))}`,
    ...(notes ? [`.SH DESCRIPTION\n${roff(notes)}`] : []),
    `.SH EXAMPLES\n${examples
      .map(([line, purpose]) => `.TP\n\\fB${roff(line)}\\fR\n${roff(purpose)}`)
      .join('\n')}`,
    ...(optionsOf(command).length > 0
      ? [
          `.SH OPTIONS\n${optionsOf(command)
            .map(([term, text]) => `.TP\n\\fB${roff(term)}\\fR\n${roff(text)}`)
            .join('\n')}`,
        ]
      : []),
  ].join('\n');
}

function manPage(command) {
  const name = nameOf(command).replaceAll(' ', '-');
  const verbs = command.commands.map(
    (verb) => `.TP\n.BR ${roff(nameOf(verb).replaceAll(' ', '-'))} (1)\n${roff(verb.description())}`,
  );
  const codes = Object.values(EXIT).map(({ code, meaning }) => `.TP\n.B ${code}\n${roff(meaning)}`);
  return [
    `.TH ${roff(name.toUpperCase())} 1 "" "hallpass" "Hallpass"`,
    `.SH NAME\n${roff(name)} \\- ${roff(command.description())}`,
    manSection(command),
    ...(verbs.length > 0 ? [`.SH COMMANDS\n${verbs.join('\n')}`] : []),
    ...(command.parent ? [] : [`.SH EXIT STATUS\n${codes.join('\n')}`]),
    '',
  ].join('\n');
}

const commands = [...below(program)];
const pages = new Map([
  ['docs/cli.md', `${[INTRODUCTION.trimEnd(), ...commands.map(section)].join('\n\n')}\n`],
  ...[program, ...commands].map((command) => [
    `docs/man/${nameOf(command).replaceAll(' ', '-')}.1`,
    manPage(command),
  ]),
]);

function contentOf(page) {
  try {
    return readFileSync(join(root, page), 'utf8');
  } catch {
    return undefined;
  }
}

mkdirSync(join(root, 'docs/man'), { recursive: true });
const superfluous = readdirSync(join(root, 'docs/man'))
  .map((file) => `docs/man/${file}`)
  .filter((page) => !pages.has(page));
if (process.argv.includes('--check')) {
  const stale = [...pages.keys()].filter((page) => contentOf(page) !== pages.get(page)).concat(superfluous);
  for (const page of stale) console.error(`${page} is not up to date: run node scripts/cli-docs.mjs`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [page, text] of pages) writeFileSync(join(root, page), text);
  for (const page of superfluous) rmSync(join(root, page));
}
