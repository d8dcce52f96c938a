import { BuildpacksError, type ErrorCode, formatPlace } from '../errors/index.ts';
import { inputError } from '../errors/problems.ts';
import type { Platform } from '../image/manifest.ts';
import { formatPlatform } from '../image/platform.ts';
import { optional } from '../json/json.ts';
import { plainText } from '../log/terminal-text.ts';
import type { Digest } from '../reference/index.ts';
import { stableJson } from '../report/stable-json.ts';
import type { Judgement } from './evaluate.ts';
import type { Policy } from './policy.ts';
import { describeViolation } from './refusal.ts';

/** The version of what `policy check --json` prints. */
const CHECK_SCHEMA_VERSION = 1;

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
}

/**
 * What to tell when not all is well: a refusal comes first, `policy`; where nothing is refused but something could not be judged, the reason of
 * that, or `image` when there are several.
 */
export function checkVerdict({ policies, subjects }: CheckOutcome): BuildpacksError | undefined {
  const refused = subjects.filter(isRefused).length;
  const open = subjects.filter((subject) => 'problem' in subject && !isRefused(subject));
  const [code, ...others] = new Set(open.flatMap((subject) => ('problem' in subject ? [subject.code] : [])));
  const unjudged = `${open.length} of ${subjects.length} could not be judged`;
  if (refused === 0) {
    if (code === undefined) return undefined;
    return new BuildpacksError(others.length > 0 ? 'image' : code, unjudged, { hint: 'The list says why.' });
  }
  const message = `${refused} of ${subjects.length} are not allowed by the policy`;
  return new BuildpacksError('policy', open.length === 0 ? message : `${message}, and ${unjudged}`, {
    hint: policies.flatMap(({ help }) => help ?? []).join(' ') || 'The list says what is wrong with each.',
  });
}

function isRefused(subject: CheckedSubject): boolean {
  return 'problem' in subject ? subject.code === 'policy' : subject.violations.length > 0;
}

/** Lines for people. */
export function renderCheck({ policies, subjects }: CheckOutcome): readonly string[] {
  return [
    ...policies.map(({ name, digest }) => `policy ${name} (${digest})`),
    ...subjects.flatMap((subject) => ['', ...renderSubject(subject)]),
  ].map(plainText);
}

function renderSubject(subject: CheckedSubject): readonly string[] {
  const { name, digest, platform } = subject;
  const shown = [`${name}${digest === undefined ? '' : `@${digest}`}`, platform && formatPlatform(platform)];
  const title = shown.filter((part) => part !== undefined).join(' ');
  if ('problem' in subject)
    return [`${title}: ${isRefused(subject) ? 'refused' : 'not judged'}`, `- ${subject.problem}`];
  const { violations, unjudged } = subject;
  const count = violations.length === 1 ? '1 violation' : `${violations.length} violations`;
  return [
    `${title}: ${violations.length === 0 ? 'allowed' : count}`,
    ...violations.flatMap(describeViolation),
    ...(unjudged.length === 0 ? [] : [`  not known here: ${unjudged.join(', ')}`]),
  ];
}

/** The same as data. */
export function checkJson({ policies, subjects }: CheckOutcome): string {
  const value = {
    schemaVersion: CHECK_SCHEMA_VERSION,
    policies: policies.map(({ name, digest }) => ({ name, digest })),
    subjects: subjects.map(subjectValue),
  };
  return stableJson(value, Object.keys(value));
}

function subjectValue(subject: CheckedSubject): object {
  if ('problem' in subject)
    return { ...subject, ...optional('platform', subject.platform && formatPlatform(subject.platform)) };
  const { name, digest, platform, violations, unjudged } = subject;
  return {
    name,
    ...optional('digest', digest),
    ...optional('platform', platform && formatPlatform(platform)),
    violations: violations.map(({ place, ...rest }) => ({ ...rest, place: formatPlace(place).replace(/: $/, '') })),
    unjudged,
  };
}

/** @throws InputError when there is nothing to judge by */
export function requirePolicy(policies: readonly Policy[]): void {
  if (policies.length > 0) return;
  const hint = 'Give a path, or oci://registry/repository@sha256:….';
  throw inputError('policy', 'there is none: neither is one given, nor has the machine one', hint);
}
