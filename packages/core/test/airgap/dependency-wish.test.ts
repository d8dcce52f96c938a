import { describe, expect, it } from 'vitest';
import { isWished, parseDependencyWish, requireFound } from '../../src/airgap/dependencies/wish.ts';
import { usableDependencies } from '../../src/airgap/dependencies/lock-buildpacks.ts';

describe('what is wanted of the dependencies', () => {
  it.each([
    ['jdk', 'jdk', '17.0.9', true],
    ['jdk', 'jdk-headless', '17.0.9', false],
    ['jdk@17.0.9', 'jdk', '17.0.9', true],
    ['jdk@17.0.9', 'jdk', '17.0.90', false],
    ['jdk@17.*', 'jdk', '17.0.9', true],
    ['jdk@17.*', 'jdk', '170.0.9', false],
    ['jdk@*', 'jdk', '8', true],
    ['paketo/jdk@17+9', 'paketo/jdk', '17+9', true],
  ])('%s and %s@%s: %s', (wish, id, version, expected) => {
    expect(isWished(parseDependencyWish(wish), { id, version })).toBe(expected);
  });

  it.each(['', '@17', 'jdk@', 'jdk@17@18', 'jdk 17', 'jdk@1*.0', 'jdk@**'])('"%s" is none', (text) => {
    expect(() => parseDependencyWish(text)).toThrow(`dependencies: "${text}" is no dependency`);
  });

  const KNOWN = [
    { id: 'node', version: '20.1.0' },
    { id: 'node', version: '22.1.0' },
    { id: 'yarn', version: '1.22.0' },
  ];

  it.each([
    ['nodee', 'They fetch node.'],
    ['jdk', 'They fetch node, yarn.'],
    ['node@18.*', 'They fetch 20.1.0, 22.1.0.'],
  ])('tells what there is in the place of %s', (text, hint) => {
    const wishes = [parseDependencyWish('yarn'), parseDependencyWish(text)];
    expect(() => {
      requireFound(wishes, KNOWN);
    }).toThrow(
      expect.objectContaining({
        problems: [{ input: 'dependencies', message: `"${text}" is fetched by no buildpack in the lock`, hint }],
      }),
    );
  });
});

describe('what is fetched on a platform', () => {
  const PLATFORM = { os: 'linux', architecture: 'arm64' };
  it.each([
    ['for all', { stacks: [] }, 'noble', true],
    ['for its stack', { stacks: ['noble'] }, 'noble', true],
    ['for another stack', { stacks: ['jammy'] }, 'noble', false],
    ['for every stack', { stacks: ['*'] }, 'noble', true],
    ['for a stack, on a builder without one', { stacks: ['jammy'] }, undefined, true],
    ['for its architecture', { stacks: [], architecture: 'arm64' }, undefined, true],
    ['for another architecture', { stacks: [], architecture: 'amd64' }, undefined, false],
    ['for another system', { stacks: [], os: 'windows' }, undefined, false],
  ])('%s: %j on %s: %s', (_name, facts, stack, expected) => {
    const dependency = { id: 'jdk', version: '1', uri: 'https://a.example/jdk', ...facts };
    const found = usableDependencies([{ id: 'a/java', version: '2', dependencies: [dependency] }], PLATFORM, stack);
    expect(found).toEqual(expected ? [{ ...dependency, buildpack: 'a/java@2' }] : []);
  });
});
