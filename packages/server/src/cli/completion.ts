import { Argument, type Command } from 'commander';
import { guide } from './examples.ts';
import type { CliIo } from './io.ts';
import { newProgram } from './program.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** What can stand behind `hallpass` and these words. */
interface Place {
  /** `token create`; empty at the beginning. */
  readonly words: string;
  readonly verbs: readonly string[];
  readonly flags: readonly string[];
}

function placesOf(command: Command, words: readonly string[] = []): Place[] {
  const verbs = command.commands.map((verb) => verb.name());
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const flags = command.options.flatMap(({ long }) => (long ? [long] : []));
  return [
    { words: words.join(' '), verbs: [...verbs, ...choices], flags: [...flags, '--help'] },
    ...command.commands.flatMap((verb) => placesOf(verb, [...words, verb.name()])),
  ];
}

/** The cases of bash and zsh, which share their form. */
function cases(places: readonly Place[]): string {
  return places
    .map(
      ({ words, verbs, flags }) =>
        `    '${words}') verbs='${verbs.join(' ')}'; flags='${flags.join(' ')}' ;;`,
    )
    .join('\n');
}

/** Finds the place: words that are flags do not count, nor does what is no verb of the place so far. */
function finding(places: readonly Place[]): string {
  return `  for word in "\${before[@]}"; do
    case " $verbs " in
      *" $word "*) place="\${place:+$place }$word" ;;
      *) continue ;;
    esac
    case "$place" in
${cases(places)}
    esac
  done`;
}

function start(places: readonly Place[]): string {
  const [root] = places;
  return `  local place='' word verbs='${root?.verbs.join(' ')}' flags='${root?.flags.join(' ')}'`;
}

const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = {
  bash: (places) => `_hallpass() {
${start(places)} current="\${COMP_WORDS[COMP_CWORD]}"
  local -a before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
${finding(places)}
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$verbs" -- "$current")) ;;
  esac
}
complete -o default -F _hallpass hallpass
`,
  zsh: (places) => `#compdef hallpass
_hallpass() {
${start(places)}
  local -a before=("\${(@)words[2,CURRENT-1]}")
${finding(places)}
  case "$words[CURRENT]" in
    -*) compadd -- \${=flags} ;;
    *) compadd -- \${=verbs}; _files ;;
  esac
}
compdef _hallpass hallpass
`,
  fish: (places) =>
    places
      .map(({ words, verbs, flags }) => {
        const here = `-n 'test "$(__hallpass_place)" = "${words}"'`;
        const lines = flags.map((flag) => `complete -c hallpass ${here} -l ${flag.slice(2)}`);
        if (verbs.length > 0) lines.unshift(`complete -c hallpass ${here} -f -a '${verbs.join(' ')}'`);
        return lines.join('\n');
      })
      .join('\n')
      .replace(
        /^/,
        `function __hallpass_place
  set -l places ${places.map(({ words }) => `'${words}'`).join(' ')}
  set -l place ''
  for word in (commandline -opc)[2..-1]
    set -l next (string trim -- "$place $word")
    contains -- "$next" $places; and set place $next
  end
  echo $place
end
`,
      )
      .concat('\n'),
};

type AddAllVerbs = (program: Command, io: CliIo) => Promise<void>;

/** `hallpass completion SHELL`, for the verbs that `addAllVerbs` knows. */
export function completionOf(addAllVerbs: AddAllVerbs) {
  return (command: Command, io: CliIo): void => describe(command, io, addAllVerbs);
}

function describe(command: Command, io: CliIo, addAllVerbs: AddAllVerbs): void {
  guide(command.addArgument(new Argument('<SHELL>', 'the shell').choices(SHELLS)), [
    ['source <(hallpass completion bash)', 'in ~/.bashrc'],
    ['source <(hallpass completion zsh)', 'in ~/.zshrc, after compinit'],
    ['hallpass completion fish > hallpass.fish', 'in ~/.config/fish/completions'],
  ]).action(async (shell: Shell) => {
    const program = newProgram(io);
    await addAllVerbs(program, io);
    io.out(SCRIPTS[shell](placesOf(program)));
  });
}
