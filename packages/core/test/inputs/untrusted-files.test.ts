import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RawInputs } from '../../src/inputs/index.ts';
import { makeTree, messagesOf, parse, problemsOf } from './support.ts';

/** What a pull request may bring; `inputs` are those of a workflow that did not expect it. */
describe('a link in the checkout of an untrusted run', () => {
  const checkout = (target: string) => {
    const workingDirectory = makeTree({ '.git/config': 'A=1\n', 'ci/type': 'a' });
    symlinkSync(target, path.join(workingDirectory, 'link'));
    return workingDirectory;
  };
  const machine = () => makeTree({ 'project.toml': '', env: 'A=1\n', config: 'A=1\n', 'in/type': 'a' });
  const INPUTS: readonly RawInputs[] = [
    { path: 'link/in' },
    { descriptor: 'link/project.toml' },
    { 'env-files': 'link/env' },
    { bindings: 'a=link/in' },
    { bindings: 'a/type=a\na/config.json=link/config' },
  ];

  test.each(INPUTS)('leads %j nowhere', (raw) => {
    const workingDirectory = checkout(machine());
    const messages = messagesOf(raw, { workingDirectory, facts: { trust: 'untrusted' } });
    expect(messages).toEqual([expect.stringContaining('leads elsewhere by a link')]);
  });

  test.each(INPUTS)('leads %j on in a trusted run', (raw) => {
    expect(messagesOf(raw, { workingDirectory: checkout(machine()) })).toEqual([]);
  });

  test('does not lead to the credentials in .git', () => {
    const messages = messagesOf(
      { bindings: 'a/type=a\na/key=link/config' },
      { workingDirectory: checkout('.git'), facts: { trust: 'untrusted' } },
    );
    expect(messages).toEqual([expect.stringContaining('leads elsewhere by a link')]);
  });

  test('may be on the way to the working directory', () => {
    const root = makeTree({ 'real/app/type': 'a' });
    symlinkSync('real', path.join(root, 'link'));
    const place = { workingDirectory: path.join(root, 'link'), facts: { trust: 'untrusted' } as const };
    expect(messagesOf({ path: 'app', bindings: 'a=app' }, place)).toEqual([]);
  });

  test('is of no matter to a place that the workflow named outside of it', () => {
    const root = makeTree({ 'real/type': 'a' });
    symlinkSync('real', path.join(root, 'link'));
    expect(messagesOf({ bindings: `a=${path.join(root, 'link')}` }, { facts: { trust: 'untrusted' } })).toEqual([]);
  });
});

/** In a Pod, where the app is on a volume beside that with the credentials. */
describe('a place that no input may hand to buildpacks', () => {
  const pod = () => {
    const root = makeTree({ 'source/app/type': 'a', 'dockerconfig/type': 'a', 'dockerconfig/config.json': 'A=1\n' });
    for (const link of ['source/link', 'source/app/link']) {
      symlinkSync(path.join(root, 'dockerconfig'), path.join(root, link));
    }
    return { root, workingDirectory: path.join(root, 'source'), ownPlaces: [path.join(root, 'dockerconfig')] };
  };

  test.each<RawInputs>([
    { path: 'link' },
    { path: 'app/link' },
    { path: '../dockerconfig' },
    { path: '..' },
    { path: '/' },
    { descriptor: 'link/config.json' },
    { 'env-files': 'link/config.json' },
    { bindings: 'a=link' },
    { bindings: 'a/type=a\na/config.json=link/config.json' },
  ])('is not reached by %j', (raw) => {
    const { root, ...context } = pod();
    const [message, ...more] = messagesOf(raw, context);
    expect(message).toContain(`leads to "${root}/dockerconfig", which buildpacks get nothing of`);
    expect(more).toEqual([]);
  });

  test('is not reached by a working directory that is a link', () => {
    const { root, ...context } = pod();
    const messages = messagesOf({}, { ...context, workingDirectory: path.join(root, 'source/link') });
    expect(messages).toEqual([expect.stringContaining('which buildpacks get nothing of')]);
  });

  test.each<RawInputs>([{}, { path: 'app' }, { bindings: 'a=app' }])('is of no matter to %j', (raw) => {
    const { workingDirectory, ownPlaces } = pod();
    expect(messagesOf(raw, { workingDirectory, ownPlaces })).toEqual([]);
  });
});

describe('a name alone in an env file', () => {
  const job = () => {
    const workingDirectory = makeTree();
    mkdirSync(path.join(workingDirectory, 'ci'));
    writeFileSync(path.join(workingDirectory, 'ci/env'), 'A=1\nAWS_SECRET_ACCESS_KEY\n');
    return { workingDirectory, environment: { AWS_SECRET_ACCESS_KEY: 'of the job' } };
  };

  test('gets no variable of the job in an untrusted run', () => {
    const context = { ...job(), facts: { trust: 'untrusted' } as const };
    expect(problemsOf(() => parse({ 'env-files': 'ci/env' }, context))).toEqual([
      {
        input: 'env-files',
        message: '"AWS_SECRET_ACCESS_KEY" has no value, and no file gets those of the job in an untrusted run',
        hint: 'Write K=V, or K alone in the input "env".',
        place: { file: 'ci/env', line: 2 },
      },
    ]);
  });

  test('gets it in a trusted run, and by the input "env" in any', () => {
    const expected = { AWS_SECRET_ACCESS_KEY: 'of the job' };
    expect(parse({ 'env-files': 'ci/env' }, job()).environment).toMatchObject(expected);
    const context = { ...job(), facts: { trust: 'untrusted' } as const };
    expect(parse({ env: 'AWS_SECRET_ACCESS_KEY' }, context).environment).toEqual(expected);
  });
});
