import { describe, expect, it } from 'vitest';
import type { LifecycleError } from '../../src/errors/index.ts';
import { exitStatusOf } from '../../src/errors/index.ts';
import { lifecycleError } from '../../src/lifecycle/exit-codes.ts';
import type { LogFacts } from '../../src/lifecycle/log.ts';

const NOTHING: LogFacts = { group: [], failedDetection: [], phases: [] };

function error(status: number, facts: Partial<LogFacts> = {}): LifecycleError {
  return lifecycleError(status, { ...NOTHING, ...facts });
}

describe('an exit status of the lifecycle', () => {
  it.each([
    [1, undefined],
    [3, undefined],
    [11, undefined],
    [12, 'detect'],
    [20, 'detect'],
    [21, 'detect'],
    [22, 'detect'],
    [32, 'analyze'],
    [42, 'restore'],
    [51, 'build'],
    [52, 'build'],
    [62, 'export'],
    [137, undefined],
    [99, undefined],
  ])('%i is kept, explained and put to phase %s', (status, phase) => {
    const failure = error(status);
    expect(failure).toMatchObject({ exitStatus: status, phase, code: 'lifecycle' });
    expect(failure.message).toContain(`exit status ${status}`);
    expect(failure.hint).toMatch(/\.$/);
    expect(exitStatusOf(failure)).toBe(status);
  });

  it('2 is ours to answer for', () => {
    expect(exitStatusOf(error(2))).toBe(1);
  });

  it('belongs to the phase that it names, whatever the log says', () => {
    expect(error(51, { phase: 'export' }).phase).toBe('build');
  });

  it('without a phase of its own takes that of the log', () => {
    expect(error(1, { phase: 'analyze', error: 'no access' })).toMatchObject({
      phase: 'analyze',
      message: 'the lifecycle failed, phase analyze, exit status 1: no access',
    });
  });
});

describe('a failing buildpack', () => {
  it.each<[string, number, Partial<LogFacts>, string | undefined, string]>([
    ['told by the log', 51, { group: ['a@1', 'b@2'], building: 'b@2' }, 'b@2', '(b@2)'],
    ['alone in its group', 51, { group: ['a@1'] }, 'a@1', '(a@1)'],
    ['among others', 51, { group: ['a@1', 'b@2'] }, undefined, '(one of a@1, b@2)'],
    ['unknown', 51, {}, undefined, 'a buildpack failed to build, exit status 51'],
    ['in detection', 21, { failedDetection: ['a@1'], group: ['x@1'] }, 'a@1', '(a@1)'],
    ['not to blame', 62, { group: ['a@1'] }, undefined, 'export'],
  ])('%s', (_, status, facts, buildpack, message) => {
    const failure = error(status, facts);
    expect(failure.buildpack).toBe(buildpack);
    expect(failure.message).toContain(message);
  });
});
