import { describeLeftOut } from '../catalog/left-out.ts';
import { formatPlace } from '../errors/index.ts';
import { formatPlatform } from '../image/platform.ts';
import { optional } from '../json/json.ts';
import { plainText } from '../log/terminal-text.ts';
import { describeViolation } from '../policy/index.ts';
import { alignColumns, count } from '../report/columns.ts';
import { stableJson } from '../report/stable-json.ts';
import { type CheckedSubject, type CheckOutcome, isRefused, summarizeCheck } from './outcome.ts';

/** The version of what `policy check --json` prints. */
const CHECK_SCHEMA_VERSION = 1;

/** Lines for people. */
export function renderCheck(outcome: CheckOutcome): readonly string[] {
  const { policies, subjects, leftOut } = outcome;
  return [
    ...policies.map(({ name, digest }) => `policy ${name} (${digest})`),
    ...subjects.flatMap((subject) => ['', ...renderSubject(subject)]),
    ...(subjects.length === 1 ? [] : ['', ...renderSummary(outcome)]),
    ...describeLeftOut(leftOut),
  ].map(plainText);
}

function renderSubject(subject: CheckedSubject): readonly string[] {
  const { name, digest, platform } = subject;
  const shown = [`${name}${digest === undefined ? '' : `@${digest}`}`, platform && formatPlatform(platform)];
  const title = shown.filter((part) => part !== undefined).join(' ');
  if ('problem' in subject)
    return [`${title}: ${isRefused(subject) ? 'refused' : 'not judged'}`, `- ${subject.problem}`];
  const { violations, unjudged } = subject;
  return [
    `${title}: ${violations.length === 0 ? 'allowed' : count(violations.length, 'violation')}`,
    ...violations.flatMap(describeViolation),
    ...(unjudged.length === 0 ? [] : [`  not known here: ${unjudged.join(', ')}`]),
  ];
}

/** The numbers, and which rules how many images break. */
function renderSummary(outcome: CheckOutcome): readonly string[] {
  const { images, allowed, refused, unjudged, rules } = summarizeCheck(outcome);
  const numbers = [
    ...(allowed === 0 ? [] : [`${allowed} allowed`]),
    ...(refused === 0 ? [] : [`${refused} not allowed`]),
    ...(unjudged === 0 ? [] : [`${unjudged} not judged`]),
  ];
  const lines = alignColumns(rules.map(({ rule, images: breaking }) => [rule, count(breaking, 'image')]));
  return [`${count(images, 'image')}: ${numbers.join(', ')}`, ...lines.map((line) => `  ${line}`)];
}

/** The same as data. */
export function checkJson(outcome: CheckOutcome): string {
  const { policies, subjects, leftOut } = outcome;
  const value = {
    schemaVersion: CHECK_SCHEMA_VERSION,
    policies: policies.map(({ name, digest }) => ({ name, digest })),
    summary: summarizeCheck(outcome),
    subjects: subjects.map(subjectValue),
    leftOut,
  };
  return stableJson(value, Object.keys(value));
}

function subjectValue({ platform, ...subject }: CheckedSubject): object {
  const shown = optional('platform', platform && formatPlatform(platform));
  if ('problem' in subject) return { ...subject, ...shown };
  const violations = subject.violations.map(({ place, ...rest }) => ({
    ...rest,
    place: formatPlace(place).replace(/: $/, ''),
  }));
  return { ...subject, ...shown, violations };
}
