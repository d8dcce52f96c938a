import { describe, expect, it } from 'vitest';
import { tokenAuth } from '../../src/auth/index.ts';
import { directoryWith, pair, repository, setupAuth } from './setup.ts';

const fallbackAuth = tokenAuth('github-token', [{ registry: 'ghcr.io', username: 'octocat', token: 'the-token' }]);

describe("a CI's own token", () => {
  it('is for its registry', async () => {
    const { credentials, masked } = setupAuth({ fallbackAuth });
    expect(await credentials.lookup(repository('ghcr.io'))).toEqual({
      kind: 'basic',
      username: 'octocat',
      password: 'the-token',
    });
    expect(masked).toEqual(expect.arrayContaining(['the-token', 'octocat:the-token']));
  });

  it.each(['docker.io', 'ghcr.io:8443', 'ghcr.io.evil.example', 'evil-ghcr.io', 'docker.ghcr.io'])(
    'is not for %s',
    async (registry) => {
      const { credentials } = setupAuth({ fallbackAuth });
      expect(await credentials.lookup(repository(registry))).toBeUndefined();
    },
  );

  it('gives way to what the user has logged in with', async () => {
    const auths = { 'ghcr.io': { auth: pair('ann:own') } };
    const home = await directoryWith({ '.docker/config.json': JSON.stringify({ auths }) });
    const { credentials } = setupAuth({ home, fallbackAuth });
    expect(await credentials.lookup(repository('ghcr.io'))).toMatchObject({ username: 'ann' });
  });

  it('counts where the user has logged in to a part of the registry only', async () => {
    const auths = { 'ghcr.io/team': { auth: pair('ann:own') } };
    const home = await directoryWith({ '.docker/config.json': JSON.stringify({ auths }) });
    const { credentials } = setupAuth({ home, fallbackAuth });
    expect(await credentials.lookup(repository('ghcr.io', 'team/app'))).toMatchObject({ username: 'ann' });
    expect(await credentials.lookup(repository('ghcr.io', 'other/app'))).toMatchObject({ username: 'octocat' });
  });
});
