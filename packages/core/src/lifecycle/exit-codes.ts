import { LifecycleError } from '../errors/index.ts';
import type { LifecyclePhase, LogFacts } from './log.ts';

/** What an exit status of the lifecycle's creator means. */
export interface ExitCode {
  /** The phase to which the status belongs; absent: any. */
  readonly phase?: LifecyclePhase;
  readonly what: string;
  readonly hint: string;
}

const DEBUG = 'With log-level debug the lifecycle says more.';
const DEFECT = 'This should not happen; please report it with the log at log-level debug.';

/** Lifecycle `cmd/exit.go` and `platform/exit.go` (platform specification, "Exit codes"), and what a killed process leaves. */
export const EXIT_CODES: Readonly<Record<number, ExitCode>> = {
  1: { what: 'the lifecycle failed', hint: DEBUG },
  2: { what: 'the lifecycle did not understand its arguments', hint: DEFECT },
  3: { what: 'the lifecycle refused its inputs', hint: DEFECT },
  11: {
    what: 'the lifecycle does not know the Platform API that its builder announces',
    hint: 'The builder is inconsistent; use another version of it.',
  },
  12: {
    phase: 'detect',
    what: 'the lifecycle does not know the Buildpack API of a buildpack',
    hint: 'Use a builder with a newer lifecycle, or another version of the buildpack.',
  },
  20: {
    phase: 'detect',
    what: 'no group of buildpacks fits the app',
    hint: 'Check that path is the folder of the app and that the builder supports it; at log-level debug each buildpack says why it declined.',
  },
  21: {
    phase: 'detect',
    what: 'no group of buildpacks fits the app, and a buildpack failed to detect',
    hint: 'The output of the buildpack is above; it may also not support the platform of the run image.',
  },
  22: { phase: 'detect', what: 'the lifecycle failed to detect', hint: DEBUG },
  32: {
    phase: 'analyze',
    what: 'the lifecycle failed to analyze the previous image',
    hint: 'Try previous-image: none.',
  },
  42: {
    phase: 'restore',
    what: 'the lifecycle failed to restore layers from the cache',
    hint: 'Try clear-cache: true once, which builds without the cache and replaces it.',
  },
  51: { phase: 'build', what: 'a buildpack failed to build', hint: 'Its own output is above.' },
  52: { phase: 'build', what: 'the lifecycle failed to build', hint: DEBUG },
  62: {
    phase: 'export',
    what: 'the lifecycle failed to export the image',
    hint: 'The disk may be full, default-process may name a process that no buildpack provides, or a buildpack left a broken layer.',
  },
  91: {
    phase: 'detect',
    what: 'an image extension failed to generate',
    hint: 'Image extensions are not supported here.',
  },
  92: { phase: 'detect', what: 'the lifecycle failed to generate', hint: 'Image extensions are not supported here.' },
  126: {
    what: 'the lifecycle could not be started',
    hint: 'The builder holds no program for this machine in /cnb/lifecycle.',
  },
  127: {
    what: 'the lifecycle could not be found',
    hint: 'The builder has no /cnb/lifecycle/creator; use another builder.',
  },
  137: {
    what: 'the lifecycle was killed',
    hint: 'Memory may have run out: give the build or the container engine more.',
  },
  143: { what: 'the lifecycle was told to end', hint: 'Something outside of the build stopped it.' },
};

/** What is known about a status; other statuses are described as what they are. */
function explainExit(status: number): ExitCode {
  return EXIT_CODES[status] ?? { what: `the lifecycle ended with the unknown status ${status}`, hint: DEBUG };
}

/** The error for a status other than 0, with the phase and the buildpack as far as status and log tell them. */
export function lifecycleError(status: number, facts: LogFacts): LifecycleError {
  const code = explainExit(status);
  const phase = code.phase ?? facts.phase;
  const suspects = suspectsOf(status, facts);
  const [buildpack, another] = suspects;
  const single = another === undefined ? buildpack : undefined;
  const detail = facts.error === undefined ? '' : `: ${facts.error}`;
  return new LifecycleError(`${headline(code, phase, status, suspects)}${detail}`, {
    exitStatus: status,
    hint:
      status === 51 && another !== undefined ? `${code.hint} At log-level debug the lifecycle names it.` : code.hint,
    ...(phase !== undefined && { phase }),
    ...(single !== undefined && { buildpack: single }),
  });
}

/** The buildpacks of which one must have failed; of one alone it is certain. */
function suspectsOf(status: number, facts: LogFacts): readonly string[] {
  if (status === 21) return facts.failedDetection;
  if (status !== 51) return [];
  return facts.building === undefined ? facts.group : [facts.building];
}

function headline(
  code: ExitCode,
  phase: LifecyclePhase | undefined,
  status: number,
  suspects: readonly string[],
): string {
  const [only, another] = suspects;
  const named = only === undefined ? '' : another === undefined ? ` (${only})` : ` (one of ${suspects.join(', ')})`;
  const where = code.phase === undefined && phase !== undefined ? `phase ${phase}, ` : '';
  return `${code.what}${named}, ${where}exit status ${status}`;
}
