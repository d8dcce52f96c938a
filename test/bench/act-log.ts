/** A workflow command that act has seen; also what a step wrote into the files for environment, path, outputs and summary. */
export interface ActCommand {
  /** `ignored` for all between `stop-commands` and its token. */
  readonly name: string;
  readonly step: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly value: string;
}

/** How a step ended, in one of its stages. */
export interface ActStep {
  /** Job and matrix as act shows them. */
  readonly job: string;
  /** The `id`, else its position from 0. */
  readonly step: string;
  readonly stage: 'Pre' | 'Main' | 'Post';
  readonly result: 'success' | 'failure';
}

/** What act tells about a run. */
export interface ActLog {
  /** What steps printed and was no command, line by line. */
  readonly printed: readonly string[];
  readonly commands: readonly ActCommand[];
  readonly steps: readonly ActStep[];
  /** By `step.name`; of a matrix the last one. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The summaries of all steps, one after another. */
  readonly summary: string;
  /** Everything, for the message of a test that fails. */
  readonly text: string;
}

interface Entry {
  readonly msg: string;
  readonly job?: string;
  readonly stepID?: readonly string[];
  readonly stage?: ActStep['stage'];
  readonly stepResult?: ActStep['result'];
  readonly raw_output?: boolean;
  readonly command?: string;
  /** Of outputs. */
  readonly name?: string;
  readonly kvPairs?: Readonly<Record<string, string>> | null;
  readonly arg?: string;
  /** Of summaries. */
  readonly content?: string;
}

/** Reads what `act --json` prints: one JSON object to a line, and what has gone wrong in act itself. */
export function readActLog(output: string): ActLog {
  const entries = output.split('\n').flatMap(parseEntry);
  const commands = entries.flatMap(commandOf);
  return {
    printed: entries.filter((entry) => entry.raw_output === true).map(({ msg }) => withoutEnd(msg)),
    commands,
    steps: entries.flatMap(stepOf),
    outputs: Object.fromEntries(
      commands
        .filter(({ name }) => name === 'set-output')
        .map(({ step, properties, value }) => [`${step}.${properties['name'] ?? ''}`, value]),
    ),
    summary: entries.map(({ command, content = '' }) => (command === 'summary' ? content : '')).join(''),
    text: entries.map(({ msg }) => withoutEnd(msg)).join('\n'),
  };
}

function parseEntry(line: string): readonly Entry[] {
  if (line === '') return [];
  return line.startsWith('{') ? [JSON.parse(line) as Entry] : [{ msg: line }];
}

function commandOf({ command, stepID, name, kvPairs, arg = '' }: Entry): readonly ActCommand[] {
  if (command === undefined || command === 'summary') return [];
  const properties = kvPairs ?? (name === undefined ? {} : { name });
  return [{ name: command, step: stepID?.at(-1) ?? '', properties, value: arg }];
}

function stepOf({ job = '', stepID, stage, stepResult }: Entry): readonly ActStep[] {
  if (stage === undefined || stepResult === undefined) return [];
  return [{ job, step: stepID?.at(-1) ?? '', stage, result: stepResult }];
}

/** Steps have a terminal under act, which ends lines in its own way. */
function withoutEnd(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}
