import type { LeftOut } from '../catalog/left-out.ts';
import { BuildpacksError, type ErrorCode } from '../errors/index.ts';
import type { Platform } from '../image/manifest.ts';
import type { Judgement, Policy } from '../policy/index.ts';
import type { Digest } from '../reference/index.ts';

/** What policies say to one image, or to a build that was not run. */
export type CheckedSubject =
  | (Judgement & SubjectName)
  /** In words why it can't be judged; `policy` when it hides what a rule asks about. */
  | (SubjectName & { readonly problem: string; readonly code: ErrorCode });

interface SubjectName {
  readonly name: string;
  readonly digest?: Digest;
  /** Of an image that is one of several under its name. */
  readonly platform?: Platform;
}

export interface CheckOutcome {
  readonly policies: readonly Policy[];
  readonly subjects: readonly CheckedSubject[];
  /** Images that were not looked at. */
  readonly leftOut: readonly LeftOut[];
}

/** An outcome in numbers. */
export interface CheckSummary {
  readonly images: number;
  readonly allowed: number;
  readonly refused: number;
  /** Of which nobody can tell, or not now. */
  readonly unjudged: number;
  /** How many images break each rule, those that the most break first. */
  readonly rules: readonly { readonly rule: string; readonly images: number }[];
}

export function summarizeCheck({ subjects }: Pick<CheckOutcome, 'subjects'>): CheckSummary {
  const refused = subjects.filter(isRefused);
  const unjudged = subjects.filter((subject) => 'problem' in subject && !isRefused(subject)).length;
  const broken = refused.flatMap((subject) =>
    'problem' in subject ? [] : [...new Set(subject.violations.map(({ rule }) => rule))],
  );
  const rules = [...new Set(broken)]
    .map((rule) => ({ rule, images: broken.filter((each) => each === rule).length }))
    .sort((a, b) => b.images - a.images || (a.rule < b.rule ? -1 : 1));
  const images = subjects.length;
  return { images, allowed: images - refused.length - unjudged, refused: refused.length, unjudged, rules };
}

/**
 * What to tell when not all is well: a refusal comes first, `policy`; where nothing is refused but something could not be judged, the reason of
 * that, or `image` when there are several.
 */
export function checkVerdict({ policies, subjects }: CheckOutcome): BuildpacksError | undefined {
  const { refused, unjudged: open } = summarizeCheck({ subjects });
  const troubles = subjects.flatMap((subject) => ('problem' in subject && !isRefused(subject) ? [subject.code] : []));
  const [code, ...others] = new Set(troubles);
  const unjudged = `${open} of ${subjects.length} could not be judged`;
  if (refused === 0) {
    if (code === undefined) return undefined;
    return new BuildpacksError(others.length > 0 ? 'image' : code, unjudged, { hint: 'The list says why.' });
  }
  const message = `${refused} of ${subjects.length} are not allowed by the policy`;
  return new BuildpacksError('policy', open === 0 ? message : `${message}, and ${unjudged}`, {
    hint: policies.flatMap(({ help }) => help ?? []).join(' ') || 'The list says what is wrong with each.',
  });
}

export function isRefused(subject: CheckedSubject): boolean {
  return 'problem' in subject ? subject.code === 'policy' : subject.violations.length > 0;
}
