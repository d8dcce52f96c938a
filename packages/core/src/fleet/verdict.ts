import { BuildpacksError, type ErrorCode } from '../errors/index.ts';
import { count } from '../report/columns.ts';
import type { FleetReport } from './report.ts';
import { FINDINGS, type FleetSummary, summarizeFleet } from './summary.ts';

/** Whether a survey is also to find that all is well, or only to tell what there is. */
export type FleetMode = 'tell' | 'check';

/**
 * What a survey ends with when not everything was read, or when a check did not find that all is well; else undefined. What a check has found
 * comes first: it is so whatever else could not be read, and one image that is broken for ever must not hide it. An image of which nobody can
 * tell is no all-clear.
 */
export function fleetFailure(report: FleetReport, mode: FleetMode): BuildpacksError | undefined {
  const all = summarizeFleet(report);
  const findings = mode === 'check' ? all : { ...NOTHING, failed: all.failed };
  const verdict = verdictOf(findings, report);
  return verdict && new BuildpacksError(verdict.code, describe(findings, report), { hint: verdict.hint });
}

const NOTHING = { outdated: 0, affected: 0, unknown: 0, unsearched: 0 };

type Findings = Omit<FleetSummary, 'images' | 'others'>;

interface Verdict {
  readonly code: ErrorCode;
  readonly hint: string;
}

function verdictOf(
  { outdated, affected, failed, unknown, unsearched }: Findings,
  { images }: FleetReport,
): Verdict | undefined {
  if (outdated + affected > 0) return { code: 'outdated', hint: REMEDY };
  if (failed > 0) {
    const isPassing = images.every((entry) => entry.kind !== 'failed' || entry.temporary);
    return { code: isPassing ? 'temporary' : 'registry', hint: UNREAD };
  }
  return unknown + unsearched > 0 ? { code: 'image', hint: UNCERTAIN } : undefined;
}

const REMEDY =
  'buildpacks-ci rebase puts images onto the newest base, unless they say that they must not be; components come with a build, and what runs changes with a rollout.';
const UNREAD = 'What is told of the others holds. Check these names, and that these credentials may read them.';
const UNCERTAIN = 'The report says why. What is to stay so is left out by --exclude.';

/** `of 14 images 3 outdated, 1 not read` */
function describe(findings: Findings, { images, components }: FleetReport): string {
  const { outdated, affected, failed, unknown, unsearched } = findings;
  const parts: readonly (readonly [number, string])[] = [
    [outdated, 'outdated'],
    [affected, `with ${components.join(', ')}`],
    [failed, FINDINGS.failed],
    [unknown, FINDINGS.unknown],
    [unsearched, FINDINGS.unsearched],
  ];
  const told = parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  return `of ${count(images.length, 'image')} ${told.join(', ')}`;
}
