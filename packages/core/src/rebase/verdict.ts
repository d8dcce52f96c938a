import { BuildpacksError, type ErrorCode } from '../errors/index.ts';
import { count } from '../report/columns.ts';
import { describeState } from './render.ts';
import type { ImageReport, RebaseReport } from './report.ts';

/** What decides the exit status when several things went wrong: what a retry cures comes last. */
const BY_WEIGHT: readonly ErrorCode[] = [
  'internal',
  'image',
  'registry',
  'machine',
  'engine',
  'lifecycle',
  'policy',
  'denied',
  'input',
  'temporary',
  'outdated',
  'cancelled',
];

/** What a run ends with when it did not do all that it should, or when a check found outdated images; else undefined. */
export function rebaseFailure({ images, mode }: RebaseReport): BuildpacksError | undefined {
  const bad = images.filter((image) => image.state === 'refused' || image.state === 'failed');
  const [first, ...others] = bad;
  if (first !== undefined) {
    const codes = bad.map(codeOf);
    const message =
      others.length === 0
        ? describeState(first)
        : `${bad.length} of ${count(images.length, 'image')} could not be rebased`;
    return new BuildpacksError(BY_WEIGHT.find((code) => codes.includes(code)) ?? 'internal', message, {
      hint: 'The report has the reasons. Nothing was changed for these; the same command does what is left.',
    });
  }
  const outdated = images.filter(({ state }) => state === 'outdated').length;
  if (mode !== 'check' || outdated === 0) return undefined;
  return new BuildpacksError('outdated', `${outdated} of ${count(images.length, 'image')} outdated`, {
    hint: 'The same command without --check rebases them.',
  });
}

function codeOf(image: ImageReport): ErrorCode {
  if (image.state === 'failed') return image.code;
  const isPolicy = image.state === 'refused' && image.violations.every(({ rule }) => rule === 'policy');
  return isPolicy ? 'policy' : 'image';
}
