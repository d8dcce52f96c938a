import type { Command, CommandGroup } from './command.ts';
import type { Option, OptionGroup } from './option.ts';

const INDENT = '  ';
const NARROWEST_TEXT = 30;
/** Where descriptions begin; a longer flag has its description on the next line. */
const TEXT_COLUMN = 34;

/** The program's own help: the commands. */
export function programHelp(commands: readonly (Command | CommandGroup)[]): string {
  return lines([
    'Builds app images with Cloud Native Buildpacks, in any CI, with or without a container engine.',
    '',
    'Usage: buildpacks-ci COMMAND [options]',
    '',
    'Commands:',
    ...commandLines(commands),
    '',
    'buildpacks-ci COMMAND --help tells about one command, buildpacks-ci --version the version.',
  ]);
}

/** What a group of commands does. */
export function groupHelp({ name, summary, actions }: CommandGroup): string {
  return lines([
    summary,
    '',
    ...usageOf(actions),
    '',
    'Commands:',
    ...commandLines(actions),
    '',
    `buildpacks-ci ${name} COMMAND --help tells about one of them.`,
  ]);
}

function commandLines(commands: readonly { readonly name: string; readonly summary: string }[]): readonly string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return commands.map(({ name, summary }) => `${INDENT}${name.padEnd(width)}  ${summary}`);
}

/** A line for each way to use each of some commands. */
function usageOf(commands: readonly Command[]): readonly string[] {
  const forms = commands.flatMap(({ name, usage }) => usage.map((form) => `buildpacks-ci ${name} ${form}`));
  return forms.map((form, index) => `${index === 0 ? 'Usage:' : '      '} ${form}`);
}

/** @param columns the width of the terminal */
export function commandHelp(command: Command, columns: number): string {
  const { summary, details, groups } = command;
  return lines([
    summary,
    '',
    ...usageOf([command]),
    ...details.flatMap((paragraph) => ['', ...wrap(paragraph, columns)]),
    ...groups.flatMap((group) => optionsHelp(group, columns)),
  ]);
}

function optionsHelp({ title, options }: OptionGroup, columns: number): readonly string[] {
  return ['', `${title}:`, ...options.flatMap((option) => optionHelp(option, columns))];
}

function optionHelp(option: Option, columns: number): readonly string[] {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const flag = `${INDENT}${short}${formatFlag(option)}`;
  const otherwise = option.default === undefined ? '' : ` Default: ${option.default.replace(/\.?$/, '.')}`;
  const text = wrap(option.description + otherwise, Math.max(NARROWEST_TEXT, columns - TEXT_COLUMN));
  const margin = ' '.repeat(TEXT_COLUMN);
  if (flag.length > TEXT_COLUMN - INDENT.length) return [flag, ...text.map((line) => margin + line)];
  return text.map((line, index) => (index === 0 ? flag.padEnd(TEXT_COLUMN) : margin) + line);
}

/** `--builder=IMAGE`, `--clear-cache`, `--publish[=auto|true|false]`. */
function formatFlag({ name, kind, placeholder }: Option): string {
  if (placeholder === undefined) return `--${name}`;
  return kind === 'flag' ? `--${name}[=${placeholder}]` : `--${name}=${placeholder}`;
}

function wrap(text: string, width: number): readonly string[] {
  const wrapped: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      wrapped.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...wrapped, line];
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
