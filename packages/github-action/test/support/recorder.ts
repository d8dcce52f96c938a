import type { Toolkit } from '../../src/toolkit.ts';

/** One command as the runner understood it. */
export interface RunnerCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

export interface Recorder {
  readonly toolkit: Toolkit;
  /** Everything that was printed, line by line. */
  readonly printed: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly saved: Readonly<Record<string, string>>;
  readonly summaries: readonly string[];
}

/** A toolkit that prints to memory, as GitHub's prints to standard output. */
export function createRecorder(options: { readonly debug?: boolean; readonly state?: Record<string, string> } = {}) {
  const printed: string[] = [];
  const outputs: Record<string, string> = {};
  const saved: Record<string, string> = {};
  const summaries: string[] = [];
  const print = (text: string) => void printed.push(...text.split('\n'));
  const annotate =
    (name: string): Toolkit['error'] =>
    (message, properties = {}) => {
      const { title, file, startLine, startColumn } = properties;
      const shown = Object.entries({ title, file, line: startLine, col: startColumn })
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
      print(`::${[name, shown.join(',')].filter((part) => part !== '').join(' ')}::${escapeData(String(message))}`);
    };
  const toolkit: Toolkit = {
    debug: (message) => {
      print(`::debug::${escapeData(message)}`);
    },
    endGroup: () => {
      print('::endgroup::');
    },
    error: annotate('error'),
    getState: (name) => options.state?.[name] ?? '',
    info: print,
    isDebug: () => options.debug === true,
    notice: annotate('notice'),
    saveState: (name, value) => {
      saved[name] = String(value);
    },
    setOutput: (name, value) => {
      outputs[name] = String(value);
    },
    setSecret: (secret) => {
      print(`::add-mask::${escapeData(secret)}`);
    },
    startGroup: (name) => {
      print(`::group::${escapeData(name)}`);
    },
    writeSummary: (markdown) => {
      summaries.push(markdown);
      return Promise.resolve();
    },
    warning: annotate('warning'),
  };
  return { toolkit, printed, outputs, saved, summaries } satisfies Recorder;
}

/**
 * What the runner does with lines: which commands it follows, and what it shows (actions/runner, `ActionCommandManager.cs`). While
 * commands are stopped it follows nothing but the token.
 */
export function followCommands(lines: readonly string[]): {
  readonly commands: readonly RunnerCommand[];
  readonly shown: readonly string[];
} {
  const commands: RunnerCommand[] = [];
  const shown: string[] = [];
  let token: string | undefined;
  for (const line of lines) {
    const command = parseCommand(line);
    if (command === undefined || (token !== undefined && command.name !== token)) shown.push(line);
    else if (token !== undefined) token = undefined;
    else if (command.name === 'stop-commands') token = command.data;
    else commands.push(command);
  }
  return { commands, shown };
}

const NEW_FORM = /^\s*::([^\s:]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/s;
const OLD_FORM = /##\[([^\s\]]+)(?: ([^\]]*))?\](.*)$/s;

function parseCommand(line: string): RunnerCommand | undefined {
  const [, name, properties = '', data = ''] = NEW_FORM.exec(line) ?? OLD_FORM.exec(line) ?? [];
  if (name === undefined) return undefined;
  const entries = properties.split(',').map((property): [string, string] => {
    const [key = '', value = ''] = property.split(/=(.*)/s, 2);
    return [key, unescapeText(value)];
  });
  return {
    name: name.toLowerCase(),
    properties: Object.fromEntries(entries.filter(([key]) => key !== '')),
    data: unescapeText(data),
  };
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function unescapeText(text: string): string {
  const characters: Readonly<Record<string, string>> = { '0D': '\r', '0A': '\n', '3A': ':', '2C': ',', '25': '%' };
  return text.replaceAll(/%(0D|0A|3A|2C|25)/g, (_, code: string) => characters[code] ?? '');
}
