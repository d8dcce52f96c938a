import { alignColumns, count } from '../report/columns.ts';
import type { Check, Hop, Verdict } from './report.ts';

/** What people call the places where something fails. */
const HOPS: Readonly<Record<Hop, string>> = {
  dns: 'DNS',
  tcp: 'connection',
  proxy: 'proxy',
  tls: 'TLS',
  http: 'HTTP',
  credentials: 'credentials',
  content: 'content',
  input: 'input',
};

/** One line for each check, what was seen and what to do below it. */
export function renderChecks(checks: readonly Check[]): readonly string[] {
  const heads = alignColumns(checks.map((check) => [check.verdict, check.what, check.subject, messageOf(check)]));
  return checks.flatMap((check, index) => [heads[index] ?? '', ...below(check)]);
}

/** `7 ok, 1 warning, 2 failed`; what there is none of is left out, but for `ok`. */
export function countChecks(checks: readonly Check[]): string {
  const number = (verdict: Verdict) => checks.filter((check) => check.verdict === verdict).length;
  const [warnings, failed] = [number('warning'), number('failed')];
  return [
    `${number('ok')} ok`,
    ...(warnings === 0 ? [] : [count(warnings, 'warning')]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
  ].join(', ');
}

function messageOf({ hop, message }: Check): string {
  return hop === undefined ? message : `${HOPS[hop]}: ${message}`;
}

function below({ details, remedy }: Check): readonly string[] {
  return [...details.map((detail) => `    ${detail}`), ...(remedy === undefined ? [] : [`    remedy: ${remedy}`])];
}
