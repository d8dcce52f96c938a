import { describe, expect, test } from 'vitest';
import type { Check, DoctorReport } from '../../src/doctor/report.ts';
import { failureOf } from '../../src/doctor/verdict.ts';
import { exitStatusOf } from '../../src/errors/index.ts';
import { SAMPLE_REPORT } from './sample-report.ts';

const BASE = { what: 'read', subject: 'app', message: '', details: [] } as const;
const OK: Check = { ...BASE, verdict: 'ok' };
const WARNING: Check = { ...BASE, verdict: 'warning', code: 'denied' };

function statusOf(checks: readonly Check[]): number | undefined {
  const failure = failureOf({ ...SAMPLE_REPORT, checks });
  return failure === undefined ? undefined : exitStatusOf(failure);
}

describe('failureOf', () => {
  test('finds none where nothing was tried', () => {
    const { checks, ...untried }: DoctorReport = SAMPLE_REPORT;
    expect(checks).not.toHaveLength(0);
    expect(failureOf(untried)).toBeUndefined();
  });

  test('finds none in warnings', () => {
    expect(statusOf([OK, WARNING])).toBeUndefined();
  });

  test.each([
    ['temporary', 111],
    ['denied', 2],
    ['input', 2],
    ['policy', 112],
    ['registry', 1],
    ['engine', 1],
  ] as const)('takes the status of the first failure: %s gives %i', (code, status) => {
    const later: Check = { ...BASE, verdict: 'failed', code: code === 'registry' ? 'denied' : 'registry' };
    expect(statusOf([OK, { ...BASE, verdict: 'failed', code }, later])).toBe(status);
  });

  test('says how many failed, and what to do about the first', () => {
    expect(failureOf(SAMPLE_REPORT)).toMatchObject({
      message: '2 of 5 checks failed',
      hint: 'Add the certificate of "CN=Corp Root" to ca-certificates.',
    });
  });
});
