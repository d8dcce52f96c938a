import { BuildpacksError } from '../errors/index.ts';
import type { DoctorReport } from './report.ts';

/** What a report with failed checks comes to: an error of the first failure's kind, for the exit status; undefined when nothing failed. */
export function failureOf({ checks = [] }: DoctorReport): BuildpacksError | undefined {
  const failed = checks.filter(({ verdict }) => verdict === 'failed');
  const [first] = failed;
  if (first === undefined) return undefined;
  return new BuildpacksError(first.code ?? 'internal', `${failed.length} of ${checks.length} checks failed`, {
    hint: first.remedy ?? 'What to do stands below each check that failed.',
  });
}
