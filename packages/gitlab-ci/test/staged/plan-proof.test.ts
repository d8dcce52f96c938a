import { describe, expect, it } from 'vitest';
import { readPlanProof, renderPlanProof } from '../../src/staged/plan-proof.ts';

const DIGESTS = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}` as const);

/** The variables that a dotenv report makes. */
function variablesOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split('=') as [string, string]),
  );
}

describe('the digest of the plan', () => {
  const [own, planted] = DIGESTS as [(typeof DIGESTS)[0], (typeof DIGESTS)[0]];
  const proof = variablesOf(renderPlanProof(own));

  it('arrives', () => {
    expect(readPlanProof({ CI: 'true', ...proof })).toBe(own);
  });

  it('is what it was when somebody gives its variable another value', () => {
    const overridden = Object.fromEntries(Object.keys(proof).map((name) => [name, planted]));
    expect(readPlanProof({ ...proof, ...overridden })).toBe(own);
  });

  it('is refused when somebody adds another', () => {
    const both = { ...proof, ...variablesOf(renderPlanProof(planted)) };
    expect(() => readPlanProof(both)).toThrow('the job has the digests of 2 plans');
  });

  it.each([{}, { BUILDPACKS_PLAN_: 'prepared' }, { BUILDPACKS_PLAN_ABC: 'prepared' }])(
    'is missed in %j',
    (environment) => {
      expect(() => readPlanProof(environment)).toThrow('the job has no variable with the digest of the plan');
    },
  );
});
