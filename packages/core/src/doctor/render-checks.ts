import { alignColumns } from '../report/columns.ts';
import type { Check, Verdict } from './report.ts';

/** One line for each check, what was seen and what to do below it, and the count at the end. */
export function renderChecks(checks: readonly Check[]): readonly string[] {
  const heads = alignColumns(checks.map(({ verdict, what, subject }) => [verdict, what, subject]));
  return [...checks.flatMap((check, index) => [heads[index] ?? '', ...below(check)]), '', summary(checks)];
}

/** `7 ok, 1 warning, 2 failed`; kinds that there are none of are left out, but for `ok`. */
export function summary(checks: readonly Check[]): string {
  const number = (verdict: Verdict) => checks.filter((check) => check.verdict === verdict).length;
  const [warnings, failed] = [number('warning'), number('failed')];
  return [
    `${number('ok')} ok`,
    ...(warnings === 0 ? [] : [`${warnings} warning${warnings === 1 ? '' : 's'}`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
  ].join(', ');
}

function below({ message, details, remedy }: Check): readonly string[] {
  return [
    `  ${message}`,
    ...details.map((detail) => `    ${detail}`),
    ...(remedy === undefined ? [] : [`  remedy: ${remedy}`]),
  ];
}
