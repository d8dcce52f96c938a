import { execFileSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command } from '../bench/command.ts';
import { GIT_ENVIRONMENT } from '../bench/git.ts';
import { crane } from '../bench/images.ts';
import { requiresDocker, requiresEngine } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const RULES = ['--tags', 'type=semver,pattern={{version}}', '--tags', 'type=semver,pattern={major}.{minor}'];

let world: World;
beforeAll(async () => {
  world = await startWorld({ buildpacks: ['procfile'] });
});
afterAll(() => world.stop());

/** An app of which a release is checked out, as most CIs do it: shallow, with no branch. */
async function release(): Promise<{ readonly app: string; readonly commit: string }> {
  const [origin, clone] = [await temporaryDirectory('origin'), await temporaryDirectory('clone')];
  await cp('samples/apps/procfile', origin, { recursive: true });
  const git = (directory: string, ...args: string[]) =>
    command('git', ['-C', directory, ...args], { environment: GIT_ENVIRONMENT });
  await git(origin, 'init', '--quiet', '--initial-branch', 'main');
  await git(origin, 'add', '.');
  await git(origin, 'commit', '--quiet', '--message', 'First');
  await git(origin, 'tag', 'v1.4.2-rc.1');
  await git(origin, 'tag', '--annotate', '--message', 'Release', 'v1.4.2');
  const app = path.join(clone, 'app');
  await git(clone, 'clone', '--quiet', '--depth=1', '--branch=v1.4.2', `file://${origin}`, 'app');
  return { app, commit: (await git(app, 'rev-parse', 'HEAD')).trim() };
}

async function tagsOf(repository: string): Promise<readonly string[]> {
  const image = world.image(repository);
  const listed = await crane(['ls', image.slice(0, image.lastIndexOf(':'))], image, world.registry.access);
  return listed.trim().split('\n').toSorted();
}

const nameless = (repository: string) => world.image(repository).replace(/:1$/, '');

requiresEngine('tag rules in a checkout', () => {
  it('publish what they say of the commit, and nothing else', async () => {
    const { app, commit } = await release();
    const result = await build([
      nameless('rules'),
      '--builder',
      world.builder,
      '--path',
      app,
      ...RULES,
      '--tags',
      'type=sha',
    ]);
    expect(await tagsOf('rules')).toEqual(['1.4', '1.4.2', `sha-${commit.slice(0, 7)}`]);
    expect(result.image).toBe(world.image('rules', '1.4.2'));
  });

  it('go by the branch that is named', async () => {
    const { app } = await release();
    const ref = ['--source-ref', 'refs/heads/main', '--tags', 'type=ref,event=branch'];
    await build([nameless('named'), '--builder', world.builder, '--path', app, ...RULES, ...ref]);
    expect(await tagsOf('named')).toEqual(['main']);
  });

  it('are errors where there is no checkout', async () => {
    const { status, stderr } = await cli([
      'build',
      nameless('none'),
      '--builder',
      world.builder,
      '--tags',
      'type=edge',
      '--path',
      await temporaryDirectory('no-git'),
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('the rule "type=edge" needs a branch or a Git tag');
    expect(stderr).toContain('source-ref');
  });
});

requiresDocker('tag rules in the tool image, which has no Git', () => {
  it('go by a checkout of another user, and the image by the time of its commit', async () => {
    const { app, commit } = await release();
    const time = await command('git', ['-C', app, 'log', '-1', '--format=%ct']);
    execFileSync('chown', ['-R', '4321:4321', app]);
    const args = [
      nameless('tool'),
      '--builder',
      world.builder,
      ...RULES,
      '--tags',
      'type=sha',
      '--creation-time',
      'commit',
    ];
    await build(args, { directory: app, container: ['--network', 'host', '--volume', `${app}:${app}:ro`] });
    expect(await tagsOf('tool')).toEqual(['1.4', '1.4.2', `sha-${commit.slice(0, 7)}`]);
    const { created } = await world.config(world.image('tool', '1.4.2'));
    expect(Date.parse(created) / 1000).toBe(Number(time));
  });
});
