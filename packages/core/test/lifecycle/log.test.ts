import { describe, expect, it } from 'vitest';
import { followLifecycle, separateHeading } from '../../src/lifecycle/log.ts';

/** Follows lines, one second after the other. */
function follow(lines: readonly string[]) {
  let now = 0;
  const log = followLifecycle({ now: () => now, sleep: () => Promise.resolve() });
  const phases = lines.map((line) => {
    now += 1000;
    return log.read(line);
  });
  return { phases: phases.filter((phase) => phase !== undefined), facts: log.facts() };
}

/** As lifecycle 0.21 prints it at log level info, colours on. */
const DETECTED = [
  '\u001b[36m===> ANALYZING\u001b[0m',
  'Image with name "prev.invalid/app:1" not found',
  '\u001b[36m===> DETECTING\u001b[0m',
  '2 of 3 buildpacks participating',
  'samples/nodejs   0.1.0',
  'samples/procfile 1.0.0-rc.1+x',
  '===> RESTORING',
  '===> BUILDING',
];

describe("the lifecycle's log", () => {
  it('tells phases and their times', () => {
    const { phases, facts } = follow([...DETECTED, '===> EXPORTING', 'Adding layer']);
    expect(phases).toEqual(['analyze', 'detect', 'restore', 'build', 'export']);
    expect(facts.phase).toBe('export');
    expect(facts.phases).toEqual([
      { name: 'run/analyze', milliseconds: 2000 },
      { name: 'run/detect', milliseconds: 4000 },
      { name: 'run/restore', milliseconds: 1000 },
      { name: 'run/build', milliseconds: 1000 },
      { name: 'run/export', milliseconds: 1000 },
    ]);
  });

  it('tells who takes part', () => {
    expect(follow(DETECTED).facts.group).toEqual(['samples/nodejs@0.1.0', 'samples/procfile@1.0.0-rc.1+x']);
  });

  it('tells whose detection failed', () => {
    const { facts } = follow(['===> DETECTING', 'err:  a/b@1.0.0 (1)', 'err:  c@2', 'err:  c@2']);
    expect(facts.failedDetection).toEqual(['a/b@1.0.0', 'c@2']);
  });

  it('tells who was building, at level debug', () => {
    const lines = [
      'Running build for buildpack samples/nodejs@0.1.0',
      'Finished running build for buildpack samples/nodejs@0.1.0',
      'Running build for buildpack samples/procfile@1.0.0-rc.1+x',
      'ERROR: failed to build: exit status 7',
    ];
    expect(follow([...DETECTED, ...lines]).facts).toMatchObject({
      building: 'samples/procfile@1.0.0-rc.1+x',
      error: 'failed to build: exit status 7',
    });
  });

  it('is nothing at the start', () => {
    expect(follow(['some words']).facts).toEqual({ group: [], failedDetection: [], phases: [] });
  });
});

describe('a buildpack that forges the log', () => {
  it('can not lead back to an earlier phase', () => {
    expect(follow([...DETECTED, '===> ANALYZING', '===> BUILDING']).facts.phase).toBe('build');
  });

  it('can not name a buildpack that takes no part', () => {
    expect(follow([...DETECTED, 'Running build for buildpack other/innocent@1']).facts.building).toBeUndefined();
  });

  it('can not smuggle control characters or floods into an error', () => {
    const { error } = follow([`ERROR: a\u001b]0;x\u0007\u0000b${'c'.repeat(10_000)}`]).facts;
    expect(error).toMatch(/^abc+$/);
    expect(error).toHaveLength(300);
  });

  it.each(['===> __PROTO__', '===> constructor', '===> CONSTRUCTOR', ' ===> BUILDING'])(
    'gains nothing by %j',
    (line) => {
      expect(follow([line]).phases).toEqual([]);
    },
  );
});

describe('separateHeading', () => {
  it.each([
    ['Done.===> EXPORTING', ['Done.', '===> EXPORTING']],
    ['===> EXPORTING', ['===> EXPORTING']],
    ['===> ===> EXPORTING', ['===> ', '===> EXPORTING']],
    ['see ===> HERE', ['see ===> HERE']],
    ['===> EXPORTING now', ['===> EXPORTING now']],
    ['', ['']],
  ])('%j becomes %j', (line, expected) => {
    expect(separateHeading(line)).toEqual(expected);
  });
});
