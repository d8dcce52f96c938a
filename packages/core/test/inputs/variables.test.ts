import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeTree, messagesOf, parse, problemsOf } from './support.ts';

function environment(env: string | readonly string[], job: Readonly<Record<string, string>> = {}) {
  return parse({ env }, { environment: job }).environment;
}

describe('forms of env', () => {
  test.each<[string, string | readonly string[], Readonly<Record<string, string>>]>([
    ['a value', 'A=1', { A: '1' }],
    ['an empty value', 'A=', { A: '' }],
    ['equals signs', 'A=b=c==', { A: 'b=c==' }],
    ['quotes stay', `A="b" 'c'`, { A: `"b" 'c'` }],
    ['blanks of a value stay', 'A= b ', { A: ' b ' }],
    ['blanks before a name go', '  A=1\n\tB=2', { A: '1', B: '2' }],
    ['nothing is expanded', 'A=$HOME $(id) `id` ${X}', { A: '$HOME $(id) `id` ${X}' }],
    ['empty lines and comments mean nothing', '\n# A=1\n\nB=#2', { B: '#2' }],
    ['the last one wins', 'A=1\nA=2', { A: '2' }],
    ['Windows line ends', 'A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['the value of the job', 'JOB', { JOB: 'from the job' }],
    ['an empty value of the job', 'EMPTY', { EMPTY: '' }],
    ['several lines', 'A<<EOF\none\n\n two=2\nEOF\nB=1', { A: 'one\n\n two=2', B: '1' }],
    ['no lines at all', 'A<<EOF\nEOF', { A: '' }],
    ['another word ends it', 'A<<EOF\nEOF \nB<<-\nEOF\n-', { A: '', B: 'EOF' }],
    ['<< in a value is a value', 'A=b<<EOF', { A: 'b<<EOF' }],
    ['names with dots and dashes', 'a.b-c_D9=1', { 'a.b-c_D9': '1' }],
    ['an element of an array is one variable', ['A=1\nB=2', 'C'], { A: '1\nB=2', C: 'c' }],
    [
      'a name that objects have',
      '__proto__=1\nconstructor=2',
      Object.fromEntries([
        ['__proto__', '1'],
        ['constructor', '2'],
      ]),
    ],
  ])('%s', (_, env, expected) => {
    expect(environment(env, { JOB: 'from the job', EMPTY: '', C: 'c' })).toEqual(expected);
  });

  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,20}$/);
  const value = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));

  test('any value of one line arrives as it was', () => {
    fc.assert(
      fc.property(name, value, (key, text) => {
        const line = text.replaceAll(/[\r\n]/g, ' ');
        expect(environment(`${key}=${line}`)[key]).toBe(line);
      }),
    );
  });

  test('any value of several lines arrives as it was', () => {
    fc.assert(
      fc.property(name, value, (key, text) => {
        expect(environment(`${key}<<END_OF_VALUE\n${text}\nEND_OF_VALUE\n`)[key]).toBe(text);
      }),
    );
  });

  test('any element of an array arrives as it was', () => {
    fc.assert(
      fc.property(name, value, (key, text) => {
        expect(environment([`${key}=${text}`])[key]).toBe(text);
      }),
    );
  });
});

describe('what is wrong with env', () => {
  test.each([
    ['1A=x', 'env: "1A" is not a name for a variable'],
    ['A B=x', 'env: "A B…" is not a name for a variable'],
    ['=x', 'env: a variable has no name'],
    ['a/b=x', 'env: "a/b…" is not a name for a variable'],
    ['..=x', 'env: ".." is not a name for a variable'],
    [`${'A'.repeat(256)}=x`, 'env: "AAAAAAAA…" is not a name for a variable'],
    ['A=x\0y', 'env: the value of "A" holds a NUL character'],
    ['MISSING', `env: "MISSING" has no value: the environment does not have it`],
    ['constructor', `env: "constructor" has no value: the environment does not have it`],
    ['A<<EOF\nx', 'env: line 1: "A"<<EOF has no end'],
    ['B=1\nA<<\nx', 'env: line 2: "A"<< has no end'],
  ])('%j', (env, message) => {
    expect(messagesOf({ env })).toEqual([message]);
  });

  test('lines of a secret that was pasted are not repeated', () => {
    const key = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';
    const text = JSON.stringify(
      problemsOf(() => parse({ env: `KEY=-----BEGIN PRIVATE KEY-----\n${key}\n${key}+/==` })),
    );

    expect(text).not.toContain(key.slice(0, 12));
    expect(text).toContain('K<<EOF');
  });
});

describe('what the CI gave to us alone', () => {
  const context = { environment: { CI_TOKEN: 't', OTHER: 'o' }, withheld: (name: string) => name === 'CI_TOKEN' };

  test.each(['env', 'env-files'])('is not handed over by its name in %s', (input) => {
    const workingDirectory = makeTree({ a: 'OTHER\nCI_TOKEN\n' });
    const text = input === 'env' ? 'OTHER\nCI_TOKEN' : 'a';
    expect(problemsOf(() => parse({ [input]: text }, { ...context, workingDirectory }))).toMatchObject([
      { input, message: '"CI_TOKEN" is the job\'s own, and buildpacks do not get it by its name' },
    ]);
  });

  test('may be the name of a value that is written out', () => {
    expect(parse({ env: 'CI_TOKEN=mine' }, context).environment).toEqual({ CI_TOKEN: 'mine' });
  });
});

describe('env-files', () => {
  test('files in their order, then env', () => {
    const workingDirectory = makeTree({ a: 'A=a\nB=a\nC=a', b: 'B=b\nC=b' });

    expect(parse({ 'env-files': 'a\nb', env: 'C=env' }, { workingDirectory }).environment).toEqual({
      A: 'a',
      B: 'b',
      C: 'env',
    });
  });

  test('the forms of env, with the job’s values', () => {
    const workingDirectory = makeTree({ a: '\uFEFFA="q"\r\n# comment\r\nJOB\nM<<E\n1\n2\nE\n' });

    expect(parse({ 'env-files': 'a' }, { workingDirectory, environment: { JOB: 'j' } }).environment).toEqual({
      A: '"q"',
      JOB: 'j',
      M: '1\n2',
    });
  });

  test('a problem has its place', () => {
    const workingDirectory = makeTree({ 'ci/a.env': 'A=1\n\n2=3\n' });

    expect(problemsOf(() => parse({ 'env-files': 'ci/a.env' }, { workingDirectory }))).toMatchObject([
      { input: 'env-files', message: '"2" is not a name for a variable', place: { file: 'ci/a.env', line: 3 } },
    ]);
  });

  test.each([
    ['missing', 'does not exist'],
    ['directory', 'is a directory'],
    ['binary', 'is not UTF-8 text'],
    ['/dev/null', 'is no regular file'],
    ['large', 'has more than 1048576 bytes'],
  ])('%s %s', (file, message) => {
    const workingDirectory = makeTree({
      'directory/': '',
      binary: new Uint8Array([0x41, 0x3d, 0xff]),
      large: 'A='.padEnd(1024 * 1024 + 1, 'a'),
    });

    expect(messagesOf({ 'env-files': file }, { workingDirectory })).toEqual([`env-files: "${file}" ${message}`]);
  });
});
