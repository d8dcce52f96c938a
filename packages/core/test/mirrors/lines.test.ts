import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMirrorLines } from '../../src/mirrors/lines.ts';
import { problemsOf } from './support.ts';

const locations = (lines: readonly string[]) =>
  parseMirrorLines(lines).rules.map(({ prefix, mirrors }) => [prefix, ...mirrors.map(({ location }) => location)]);

describe('lines of registry-mirrors', () => {
  it.each([
    ['docker.io=mirror.corp/hub', ['docker.io', 'mirror.corp/hub']],
    ['host.example/ns=mirror.corp:5000/x/y', ['host.example/ns', 'mirror.corp:5000/x/y']],
    ['*.corp.example = localhost/x', ['*.corp.example', 'localhost/x']],
    ['[::1]:5000=m.example/', ['[::1]:5000', 'm.example']],
  ])('%s is read', (line, rule) => {
    expect(locations([line])).toEqual([rule]);
  });

  it('with one prefix are mirrors in their order, each once', () => {
    expect(
      locations(['a.example=m.example', 'b.example=m.example', 'A.example=n.example', 'a.example=m.example']),
    ).toEqual([
      ['a.example', 'm.example', 'n.example'],
      ['b.example', 'm.example'],
    ]);
  });

  it.each([
    ['docker.io', 'no "="'],
    ['=m.example', '"=m.example" lacks one of its sides'],
    ['a.example=', '"a.example=" lacks one of its sides'],
    ['*=m.example', '"*" is no prefix'],
    ['library=m.example', '"library" is no registry'],
    ['a.example=http://m.example', 'has a scheme'],
    ['a.example=m.example/UP', 'no registry'],
    ['a.example:1x=m.example', 'no registry'],
    ['a.example=b=c', 'no registry'],
    ['a.example=m.example\nb.example=m.example', '"a.example=m.example" is followed by a line break'],
  ])('%s is refused: %s', (line, message) => {
    expect(problemsOf(() => parseMirrorLines([line]))).toMatchObject([
      { input: 'registry-mirrors', message: expect.stringContaining(message) as string },
    ]);
  });

  it('are refused all together', () => {
    expect(problemsOf(() => parseMirrorLines(['a', 'b.example=m.example', 'c']))).toHaveLength(2);
  });

  it('do not show the password of a mirror that has one', () => {
    const [problem] = problemsOf(() => parseMirrorLines(['a.example=https://user:canary@m.example']));
    expect(JSON.stringify(problem)).not.toContain('canary');
  });

  it('are read or refused, whatever they are', () => {
    const line = fc.oneof(fc.string(), fc.stringMatching(/^[a-z*.:@/=-]{0,20}$/));
    fc.assert(fc.property(fc.array(line), (lines) => problemsOf(() => parseMirrorLines(lines)).length >= 0));
  });
});
