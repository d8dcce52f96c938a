import { describe, expect, it } from 'vitest';
import { gitFacts } from '../../src/build/prepare/source-facts.ts';
import type { Ports } from '../../src/ports/index.ts';

const APP = { kind: 'directory', path: '/app' } as const;
const CHECKOUT = { commit: 'c'.repeat(40), refs: ['main'], url: 'https://gitlab.example/group/shop.git' };

/** A machine where Git answers as told; `undefined` is one without Git. */
function machine(answer: ((args: readonly string[]) => string) | undefined): Ports {
  const run: Ports['processes']['run'] = ({ args }) =>
    answer === undefined
      ? Promise.reject(Object.assign(new Error('"git" is not on the PATH'), { code: 'ENOENT' }))
      : Promise.resolve({ status: 0, signal: null, stdout: answer(args), stderr: '' });
  return { processes: { run }, signal: new AbortController().signal } as Pick<Ports, 'processes' | 'signal'> as Ports;
}

describe('where the app comes from', () => {
  it('is what the CI knows, on a machine without Git', async () => {
    expect(await gitFacts({ app: APP, checkout: CHECKOUT }, machine(undefined))).toEqual({ kind: 'git', ...CHECKOUT });
  });

  it('is what Git says, where it can be asked', async () => {
    const git = machine((args) => (args.includes('rev-parse') ? 'abc\n' : ''));
    expect(await gitFacts({ app: APP, checkout: CHECKOUT }, git)).toEqual({ kind: 'git', commit: 'abc', refs: [] });
  });

  it('is not known where neither tells', async () => {
    await expect(gitFacts({ app: APP }, machine(undefined))).rejects.toThrow('"/app" is in no Git repository');
  });
});
