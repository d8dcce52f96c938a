import type { LeftOut } from '../catalog/left-out.ts';
import { BuildpacksError, type ErrorCode } from '../errors/index.ts';
import type { Platform } from '../image/manifest.ts';
import type { Judgement, Policy } from '../policy/index.ts';
import type { Digest } from '../reference/index.ts';

/** What policies say to one image, or to a build that was not run. */
export type CheckedSubject = (Judgement | Problem) & SubjectName;

/** Why an image can't be judged. */
export interface Problem {
  /** In words. */
  readonly problem: string;
  readonly code: ErrorCode;
  /** The topic whose rules ask for what the image does not prove, `run-images`: it is refused then. */
  readonly rule?: string;
}

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
  /** How many images break each rule, or do not prove what a topic's rules ask for; the most first. */
  readonly rules: readonly { readonly rule: string; readonly images: number }[];
}

export function summarizeCheck({ subjects }: Pick<CheckOutcome, 'subjects'>): CheckSummary {
  const refused = subjects.filter(isRefused);
  const unjudged = subjects.filter((subject) => 'problem' in subject && !isRefused(subject)).length;
  const broken = refused.flatMap(brokenRules);
  const rules = [...new Set(broken)]
    .map((rule) => ({ rule, images: broken.filter((each) => each === rule).length }))
    .sort((a, b) => b.images - a.images || (a.rule < b.rule ? -1 : 1));
  const images = subjects.length;
  return { images, allowed: images - refused.length - unjudged, refused: refused.length, unjudged, rules };
}

/** Each once. */
function brokenRules(subject: CheckedSubject): readonly string[] {
  if ('problem' in subject) return subject.rule === undefined ? [] : [subject.rule];
  return [...new Set(subject.violations.map(({ rule }) => rule))];
}

/**
 * What to tell when not all is well: that the check was ended comes first, then a refusal, `policy`; where nothing is refused but something
 * could not be judged, the reason of that, or `image` when there are several.
 */
export function checkVerdict({ policies, subjects }: CheckOutcome): BuildpacksError | undefined {
  const { refused, unjudged: open } = summarizeCheck({ subjects });
  const troubles = subjects.flatMap((subject) => ('problem' in subject && !isRefused(subject) ? [subject.code] : []));
  const codes = new Set(troubles);
  const parts = [
    ...(refused === 0 ? [] : [`${refused} of ${subjects.length} are not allowed by the policy`]),
    ...(open === 0 ? [] : [`${open} of ${subjects.length} could not be judged`]),
  ];
  const message = parts.join(', and ');
  if (codes.has('cancelled')) return new BuildpacksError('cancelled', `the check was ended: ${message}`);
  if (refused > 0) {
    const hint = policies.flatMap(({ help }) => help ?? []).join(' ') || 'The list says what is wrong with each.';
    return new BuildpacksError('policy', message, { hint });
  }
  const [code, ...others] = codes;
  if (code === undefined) return undefined;
  return new BuildpacksError(others.length > 0 ? 'image' : code, message, { hint: 'The list says why.' });
}

export function isRefused(subject: CheckedSubject): boolean {
  return 'problem' in subject ? subject.rule !== undefined : subject.violations.length > 0;
}
