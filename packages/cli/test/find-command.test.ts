import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands/index.ts';
import { allCommands, findCommand, missingAction } from '../src/find-command.ts';
import { commandHelp, groupHelp } from '../src/help.ts';
import { POLICY } from '../src/commands/policy.ts';

const find = (...words: readonly string[]) => {
  const { command, args } = findCommand(words, COMMANDS);
  return [command.name, ...args];
};

describe('the command that words name', () => {
  it.each([
    [
      ['build', 'x', '--load'],
      ['build', 'x', '--load'],
    ],
    [
      ['policy', 'check', 'x'],
      ['policy check', 'x'],
    ],
    [
      ['policy', '--help'],
      ['policy', '--help'],
    ],
    [['policy'], ['policy']],
  ])('of %j is %j', (words, expected) => {
    expect(find(...words)).toEqual(expected);
  });

  it.each([
    [['biuld'], '"biuld" is not a command', 'Did you mean "build"?'],
    [['policy', 'chek'], '"chek" is nothing that "policy" does', 'Did you mean "check"?'],
    [['policy', 'zzz'], '"zzz" is nothing that "policy" does', 'There are check, preview, push.'],
  ])('is none of %j', (words, message, hint) => {
    expect(() => find(...words)).toThrow(expect.objectContaining({ problems: [{ input: 'command', message, hint }] }));
  });

  it('is missing behind a group', () => {
    expect(missingAction(POLICY).problems[0]?.hint).toBe(
      'Write "policy" and one of check, preview, push, before any option.',
    );
  });
});

it('a command of a group is named as it stands there, and one of each name exists', () => {
  for (const { name } of POLICY.actions) expect(name).toMatch(/^policy [a-z]+$/);
  const names = allCommands(COMMANDS).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe('the help', () => {
  it('of a group lists what it does', () => {
    expect(groupHelp(POLICY)).toMatch(/^ {2}policy push {5}Publishes a policy/m);
  });

  it.each(POLICY.actions.filter(({ name }) => name !== 'policy preview').map((action) => [action.name, action]))(
    'of "%s" has its own options only',
    (_, action) => {
      expect(commandHelp(action, 100)).not.toContain('--builder');
    },
  );
});
