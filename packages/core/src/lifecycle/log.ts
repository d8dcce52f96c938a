import { formatModule } from '../builder/module.ts';
import { plainText } from '../log/terminal-text.ts';
import type { Clock } from '../ports/index.ts';
import type { PhaseTime } from '../report/result.ts';

/** The creator's phases in their order. */
const LIFECYCLE_PHASES = ['analyze', 'detect', 'restore', 'build', 'export'] as const;

export type LifecyclePhase = (typeof LIFECYCLE_PHASES)[number];

/** What the log told. It is foreign text whose wording differs between lifecycles: for people, never for decisions. */
export interface LogFacts {
  /** The phase that the lifecycle was in at the end. */
  readonly phase?: LifecyclePhase;
  /** `id@version` of the buildpacks that took part, in their order. */
  readonly group: readonly string[];
  /** Those whose detection ended with an error, not just a no. */
  readonly failedDetection: readonly string[];
  /** The one that was building at the end; the lifecycle tells it at log level debug only. */
  readonly building?: string;
  /** The lifecycle's last error line, without control characters and not longer than 300 characters. */
  readonly error?: string;
  readonly phases: readonly PhaseTime[];
}

export interface LifecycleLog {
  /** Takes one line as it was printed; gives the phase that begins with it, if one does. */
  read(line: string): LifecyclePhase | undefined;
  /** What is known so far; the last phase lasts until now. */
  facts(): LogFacts;
}

const HEADINGS: Readonly<Record<string, LifecyclePhase>> = {
  ANALYZING: 'analyze',
  DETECTING: 'detect',
  RESTORING: 'restore',
  BUILDING: 'build',
  EXPORTING: 'export',
};

const HEADING = /^===> ([A-Z]+)$/;
const PARTICIPANT = /^([A-Za-z0-9._/-]+) +(\d[A-Za-z0-9.+_-]*)$/;
const DETECTION_ERROR = /^err: +(\S+@\S+)(?: \(-?\d+\))?$/;
const BUILD_START = /^Running build for buildpack (\S+@\S+)$/;
const BUILD_END = /^Finished running build for buildpack (\S+@\S+)$/;
const ERROR = /^ERROR: (.+)$/;
const MAX_ERROR = 300;

interface State {
  readonly starts: { readonly phase: LifecyclePhase; readonly at: number }[];
  readonly group: Set<string>;
  readonly failedDetection: Set<string>;
  building: string | undefined;
  error: string | undefined;
}

/** A heading is on a line of its own, even where a buildpack's last line had no end. */
export function separateHeading(line: string): readonly string[] {
  const start = line.lastIndexOf('===> ');
  const heading = line.slice(start);
  return start > 0 && HEADINGS[HEADING.exec(heading)?.[1] ?? ''] !== undefined
    ? [line.slice(0, start), heading]
    : [line];
}

/** Follows the creator's log. */
export function followLifecycle(clock: Clock): LifecycleLog {
  const state: State = {
    starts: [],
    group: new Set(),
    failedDetection: new Set(),
    building: undefined,
    error: undefined,
  };
  return {
    read: (line) => {
      const text = plainText(line.trimEnd());
      const phase = beginning(state, text);
      if (phase === undefined) note(state, text);
      else state.starts.push({ phase, at: clock.now() });
      return phase;
    },
    facts: () => factsOf(state, clock.now()),
  };
}

/** Phases only ever advance: a heading that a buildpack prints can at worst end its own phase early. */
function beginning(state: State, text: string): LifecyclePhase | undefined {
  const phase = HEADINGS[HEADING.exec(text)?.[1] ?? ''];
  if (phase === undefined) return undefined;
  const last = state.starts.at(-1)?.phase;
  const advances = last === undefined || LIFECYCLE_PHASES.indexOf(phase) > LIFECYCLE_PHASES.indexOf(last);
  return advances ? phase : undefined;
}

function note(state: State, text: string): void {
  const phase = state.starts.at(-1)?.phase;
  const error = ERROR.exec(text)?.[1];
  if (error !== undefined) state.error = error.slice(0, MAX_ERROR);
  if (phase === 'detect') noteDetection(state, text);
  if (phase === 'build') noteBuild(state, text);
}

function noteDetection(state: State, text: string): void {
  const failed = DETECTION_ERROR.exec(text)?.[1];
  if (failed !== undefined) state.failedDetection.add(failed);
  const [, id, version] = PARTICIPANT.exec(text) ?? [];
  if (id !== undefined && version !== undefined) state.group.add(formatModule({ id, version }));
}

function noteBuild(state: State, text: string): void {
  const started = BUILD_START.exec(text)?.[1];
  if (started !== undefined && state.group.has(started)) state.building = started;
  if (BUILD_END.exec(text)?.[1] === state.building) state.building = undefined;
}

function factsOf(state: State, now: number): LogFacts {
  const phase = state.starts.at(-1)?.phase;
  return {
    ...(phase !== undefined && { phase }),
    group: [...state.group],
    failedDetection: [...state.failedDetection],
    ...(state.building !== undefined && { building: state.building }),
    ...(state.error !== undefined && { error: state.error }),
    phases: state.starts.map(({ phase: name, at }, index) => ({
      name: `run/${name}`,
      milliseconds: (state.starts[index + 1]?.at ?? now) - at,
    })),
  };
}
