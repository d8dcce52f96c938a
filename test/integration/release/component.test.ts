import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { command } from '../../bench/command.ts';
import { ROOT } from '../../support/documents.ts';

interface Workflow {
  readonly jobs: { readonly component: { readonly steps: readonly { readonly run?: string }[] } };
}

const WORKFLOW = parse(readFileSync(path.join(ROOT, '.github/workflows/release.yml'), 'utf8')) as Workflow;
const PUSH = WORKFLOW.jobs.component.steps.flatMap(({ run = [] }) => run).join('\n');

test('the release puts the components into their own project, in the place of what was there', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'buildpacks-ci-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await makeProject(directory);

  const environment = { GITHUB_REPOSITORY: 'example/builds' };
  const steps = ['scripts/release.ts', 'component', path.join(directory, 'component')];
  await command(process.execPath, steps, { directory: ROOT, environment });
  await command('tar', ['--create', '--file', 'component.tar', '--directory', 'component', '.'], { directory });
  const project = path.join(directory, 'project.git');
  const given = { PROJECT: project, TOKEN: 'glpat-token', GITHUB_REF_NAME: 'v1.2.0', ...environment };
  await command('bash', ['-e', '-c', PUSH], { directory, environment: given });

  const git = async (...args: readonly string[]): Promise<string> => command('git', args, { directory: project });
  expect((await git('ls-tree', '-r', '--name-only', 'main')).trim().split('\n')).toEqual([
    '.gitlab-ci.yml',
    'LICENSE.md',
    'README.md',
    'sample/Procfile',
    'samples/closed-instance.yml',
    'samples/rebase-nightly.yml',
    'templates/build-staged.yml',
    'templates/build.yml',
    'templates/rebase.yml',
  ]);
  expect(await git('rev-parse', '1.2.0')).toBe(await git('rev-parse', 'main'));
  const template = await readFile(path.join(ROOT, 'gitlab/templates/build.yml'), 'utf8');
  expect(await git('show', 'main:templates/build.yml')).toBe(template);
  expect(await git('show', 'main:README.md')).toContain('https://github.com/example/builds/blob/');
});

/** A bare repository with the branch `main`, and a file on it that no release has. */
async function makeProject(directory: string): Promise<void> {
  const script = `
    git init --quiet --initial-branch main first
    echo old >first/old
    git -C first add old
    git -C first -c user.name=a -c user.email=a@example.com commit --quiet --message first
    git clone --quiet --bare first project.git`;
  await command('sh', ['-e', '-c', script], { directory });
}
