import { describe, expect, test } from 'vitest';
import { parseArguments } from '../src/arguments.ts';
import { COMMANDS } from '../src/commands/index.ts';
import { allCommands } from '../src/find-command.ts';
import type { Option } from '../src/option.ts';

const OPTIONS: readonly Option[] = [
  { name: 'builder', short: 'B', kind: 'text', description: '' },
  { name: 'tags', short: 't', kind: 'list', description: '' },
  { name: 'publish', kind: 'flag', description: '' },
  { name: 'no-proxy', kind: 'text', description: '' },
  { name: 'password', kind: 'text', secret: true, description: '' },
];

function parsed(...args: readonly string[]) {
  const { values, positionals, problems } = parseArguments(args, OPTIONS, allCommands(COMMANDS));
  return { values: Object.fromEntries(values), positionals, problems };
}

describe('parseArguments', () => {
  test.each<[readonly string[], Record<string, readonly string[]>]>([
    [['--builder', 'b'], { builder: ['b'] }],
    [['--builder=b'], { builder: ['b'] }],
    [['--builder=a=b'], { builder: ['a=b'] }],
    [['--builder='], { builder: [''] }],
    [['--builder=-b'], { builder: ['-b'] }],
    [['--builder', '-'], { builder: ['-'] }],
    [['-B', 'b'], { builder: ['b'] }],
    [['-Bb'], { builder: ['b'] }],
    [['--tags', 'a', '-t', 'b', '--tags=a\nb'], { tags: ['a', 'b', 'a\nb'] }],
    [['--publish'], { publish: ['true'] }],
    [['--publish=auto'], { publish: ['auto'] }],
    [['--no-publish'], { publish: ['false'] }],
    [['--publish', '--no-publish'], { publish: ['true', 'false'] }],
    [['--no-proxy', 'x'], { 'no-proxy': ['x'] }],
  ])('%j', (args, values) => {
    expect(parsed(...args)).toEqual({ values, positionals: [], problems: [] });
  });

  test('finds positionals between options', () => {
    expect(parsed('a', '--publish', 'b').positionals).toEqual(['a', 'b']);
  });

  test('takes PEM text for a value, though it begins with dashes', () => {
    expect(parsed('--builder', '-----BEGIN PUBLIC KEY-----\nAAAA').values).toEqual({
      builder: ['-----BEGIN PUBLIC KEY-----\nAAAA'],
    });
  });

  test('takes everything after two dashes as positional', () => {
    expect(parsed('--', '--builder', '-x')).toEqual({ values: {}, positionals: ['--builder', '-x'], problems: [] });
  });

  test.each<[string, readonly string[], string, string | undefined]>([
    ['a forgotten value', ['--builder'], 'needs a value', 'Write --builder=VALUE.'],
    ['an option in place of a value', ['--builder', '--publish'], 'needs a value, and "--publish" follows', undefined],
    [
      'the value of a flag without its equals sign',
      ['--publish', 'false'],
      'takes a value only with an equals sign, and "false" follows',
      'Write --publish=false.',
    ],
    [
      'an option of another command',
      ['--engine=rootfs'],
      'is not an option of this command',
      'It belongs to the commands build, prepare, doctor, lock, verify and policy preview.',
    ],
    [
      'an input of several commands',
      ['--build-https-proxy=x'],
      'is not an option of this command',
      'It belongs to the commands build, prepare, run, doctor, lock, verify and policy preview.',
    ],
    [
      'what one command alone has',
      ['--mirror-config=x'],
      'is not an option of this command',
      'It belongs to the command load.',
    ],
    ['a slip of the fingers', ['--bulider=x'], 'is not an option of this command', 'Did you mean --builder?'],
    ['the singular of a list', ['--tag=x'], 'is not an option of this command', 'Did you mean --tags?'],
    ['a slip in a negated flag', ['--no-publsh'], 'is not an option of this command', 'Did you mean --no-publish?'],
    ['a name of docker', ['--build-arg=x'], 'is not an option of this command', 'Use "env", one K=V per line.'],
    ['negating what is no flag', ['--no-builder'], 'is not an option of this command', undefined],
    ['one value twice', ['--builder=a', '-B', 'b'], 'is given more than once: "a", "b"', 'Keep one of them.'],
  ])('reports %s', (_name, args, message, hint) => {
    const [problem, ...others] = parsed(...args).problems;
    expect(others).toEqual([]);
    expect(problem?.message).toBe(message);
    if (hint !== undefined) expect(problem?.hint).toBe(hint);
  });

  test.each([[['--password', 'canary', '--password=-canary']], [['--password', '-canary']]])(
    'quotes no secret: %j',
    (args) => {
      const { problems } = parsed(...args);
      expect(problems).toHaveLength(1);
      expect(JSON.stringify(problems)).not.toContain('canary');
    },
  );

  test('reports all problems', () => {
    expect(parsed('--x', '--y', '--builder').problems).toHaveLength(3);
  });
});
