/**
 * Reads vitest's JSON report and prints the plain closing line that CI reads: `N passed, N failed`.
 * A skipped test counts as failed unless `test/skips.json` allows its reason in CI.
 *
 * Usage: node scripts/test-summary.ts REPORT [OTHER_FAILURES]; OTHER_FAILURES counts failed checks beside the tests.
 */
import { readFileSync } from 'node:fs';

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const [file = '.cache/test-results.json', otherFailures = '0'] = process.argv.slice(2);
const skips = JSON.parse(readFileSync(new URL('../test/skips.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, { readonly allowedInCi: boolean }>
>;
const allowed = Object.keys(skips).filter((reason) => skips[reason]?.allowedInCi === true);
const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
let passed = 0;
let failed = Number(otherFailures);

for (const suite of report.testResults) {
  if (suite.status === 'failed' && suite.assertionResults.every((test) => test.status !== 'failed')) {
    console.log(`failed to run: ${suite.name}: ${suite.message}`);
    failed += 1;
  }
  for (const test of suite.assertionResults) {
    if (test.status === 'passed') passed += 1;
    else if (test.status === 'failed' || !allowed.some((reason) => test.fullName.includes(reason))) {
      console.log(`${test.status}: ${test.fullName}`);
      failed += 1;
    }
  }
}

if (passed === 0) failed = Math.max(failed, 1);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
