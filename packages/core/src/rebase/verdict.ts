import { BuildpacksError, type ErrorCode } from '../errors/index.ts';
import { count } from '../report/columns.ts';
import { describeState } from './render.ts';
import type { ImageReport, RebaseReport } from './report.ts';

/** What decides the exit status when several images failed: what a retry cures comes last. */
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
];

/** What a run ends with, and what to do about it. */
interface Verdict {
  readonly code: ErrorCode;
  readonly hint: string;
}

type InState<S extends ImageReport['state']> = ImageReport & { readonly state: S };

/**
 * What a run ends with when it did not do all that it should, or when a check found outdated images; else undefined. An interruption comes
 * first, then failures, of which nobody knows the state, then what a check found, and last what rules stand against: that may stay so for ever,
 * and must not hide what is new.
 */
export function rebaseFailure(report: RebaseReport): BuildpacksError | undefined {
  const verdict = interruption(report) ?? failures(report) ?? outdated(report) ?? refusals(report);
  if (verdict === undefined) return undefined;
  return new BuildpacksError(verdict.code, describe(report), { hint: verdict.hint });
}

function interruption({ images }: RebaseReport): Verdict | undefined {
  const isEnded = images.some((image) => image.state === 'pending' || isInterrupted(image));
  return isEnded ? { code: 'cancelled', hint: 'The same command goes on where this one was ended.' } : undefined;
}

function failures({ images, mode }: RebaseReport): Verdict | undefined {
  const codes = images.filter((image) => image.state === 'failed').map(({ code }) => code);
  const code = BY_WEIGHT.find((each) => codes.includes(each));
  if (code === undefined) return undefined;
  const isBegun = images.some((image) => image.state === 'failed' && image.done !== undefined);
  const changed = isBegun ? 'It tells which tags have moved.' : 'No tag was moved for these.';
  if (code !== 'temporary') return { code, hint: `The report has the reasons. ${changed}` };
  const again = mode === 'rebase' ? 'does what is left' : 'tells of these too';
  return { code, hint: `The report has the reasons. It may pass: the same command ${again}.` };
}

function outdated({ images, mode }: RebaseReport): Verdict | undefined {
  if (mode !== 'check' || inState(images, 'outdated').length === 0) return undefined;
  return { code: 'outdated', hint: 'The same command without --check rebases them.' };
}

function refusals({ images }: RebaseReport): Verdict | undefined {
  const refused = inState(images, 'refused');
  if (refused.length === 0) return undefined;
  const isPolicy = refused.every(({ violations }) => violations.every(({ rule }) => rule === 'policy'));
  const hint =
    'The report has the reasons. Nothing was changed for these; what is to stay so is left out by --exclude.';
  return { code: isPolicy ? 'policy' : 'image', hint };
}

function inState<S extends ImageReport['state']>(images: readonly ImageReport[], state: S): readonly InState<S>[] {
  return images.filter((image): image is InState<S> => image.state === state);
}

function isInterrupted(image: ImageReport): boolean {
  return image.state === 'failed' && image.code === 'cancelled';
}

/** The one image in its own words, several in numbers: `14 images: 1 failed, 3 refused, 9 outdated`. */
function describe({ images, mode }: RebaseReport): string {
  const parts: readonly (readonly [string, readonly ImageReport[]])[] = [
    ['interrupted', images.filter(isInterrupted)],
    ['not begun', inState(images, 'pending')],
    ['failed', inState(images, 'failed').filter((image) => !isInterrupted(image))],
    ['refused', inState(images, 'refused')],
    ['outdated', mode === 'check' ? inState(images, 'outdated') : []],
  ];
  const told = parts.filter(([, some]) => some.length > 0);
  const [first, ...others] = told.flatMap(([, some]) => some);
  if (first !== undefined && others.length === 0) return describeState(first);
  return `of ${count(images.length, 'image')} ${told.map(([words, some]) => `${some.length} ${words}`).join(', ')}`;
}
