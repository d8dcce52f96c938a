import { formatPlace } from '../errors/index.ts';
import { inputError } from '../errors/problems.ts';
import { optional } from '../json/json.ts';
import type { Digest } from '../reference/index.ts';
import type { Judgement } from './evaluate.ts';
import type { Policy } from './policy.ts';
import { describeViolation } from './refusal.ts';

/** The version of what `policy check --json` prints. */
const CHECK_SCHEMA_VERSION = 1;

/** What policies say to one image, or to a build that was not run. */
export type CheckedSubject =
  | (Judgement & { readonly name: string; readonly digest?: Digest })
  /** In words why it can't be judged. */
  | { readonly name: string; readonly problem: string };

export interface CheckOutcome {
  readonly policies: readonly Policy[];
  readonly subjects: readonly CheckedSubject[];
}

/** How many subjects break a rule or could not be judged. */
export function countRefused({ subjects }: CheckOutcome): number {
  return subjects.filter((subject) => 'problem' in subject || subject.violations.length > 0).length;
}

/** Lines for people. */
export function renderCheck({ policies, subjects }: CheckOutcome): readonly string[] {
  return [
    ...policies.map(({ name, digest }) => `policy ${name} (${digest})`),
    ...subjects.flatMap((subject) => ['', ...renderSubject(subject)]),
  ];
}

function renderSubject(subject: CheckedSubject): readonly string[] {
  if ('problem' in subject) return [`${subject.name}: not judged`, `- ${subject.problem}`];
  const { name, digest, violations, unjudged } = subject;
  const count = violations.length === 1 ? '1 violation' : `${violations.length} violations`;
  return [
    `${name}${digest === undefined ? '' : `@${digest}`}: ${violations.length === 0 ? 'allowed' : count}`,
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
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function subjectValue(subject: CheckedSubject): object {
  if ('problem' in subject) return subject;
  const { name, digest, violations, unjudged } = subject;
  return {
    name,
    ...optional('digest', digest),
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
