import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkflowOutcome } from '../bench/act.ts';
import { requiresEngine } from '../support/requires.ts';
import { extractAppFiles } from './support/app-files.ts';
import { build } from './support/cli.ts';
import { buildSteps, forkPullRequest, type GitHub, type Job, startGitHub } from './support/github.ts';
import { temporaryDirectory } from './support/world.ts';

const ORDER = [[{ id: 'test/env-probe' }, { id: 'test/large-layer' }, { id: 'samples/procfile' }]];
const APPS = { app: 'samples/apps/procfile' };

let github: GitHub;
beforeAll(async () => {
  const buildpacks = ['procfile', 'large-layer', 'env-probe'];
  github = await startGitHub({ buildpacks, builder: { order: ORDER } });
});
afterAll(() => github.stop());

let images = 0;
/** What a workflow says under `with:`, each time for another image. */
function inputs(more: Readonly<Record<string, string>> = {}) {
  const image = github.world.image(`app-${++images}`);
  return { image, builder: github.world.builder, path: 'app', env: 'BP_LARGE_LAYER_MB=2', ...more };
}

/** A step that prints these values, one line each as `name: value` with JSON's quotes. */
function printing(values: Readonly<Record<string, string>>) {
  const script =
    'console.log(process.env.NAMES.split(" ").map((name) => `${name}: ${JSON.stringify(process.env[name])}`).join("\\n"))';
  return { run: `node -e '${script}'`, env: { ...values, NAMES: Object.keys(values).join(' ') } };
}

/** A job that builds and looks at the outputs, and one that gets them from it. */
function buildAndUse(given: Readonly<Record<string, string>>): Readonly<Record<string, Job>> {
  const output = (name: string) => `\${{ steps.build.outputs.${name} }}`;
  const outputs = ['image', 'digest', 'tags', 'builder', 'run-image', 'cache-hit'];
  const files = 'echo "files:" $(ls "$REPORT/result.json" | xargs basename) $(ls "$SBOM")';
  return {
    build: {
      steps: [
        ...buildSteps(given),
        printing(Object.fromEntries(outputs.map((name) => [name, output(name)]))),
        { run: files, env: { REPORT: output('report'), SBOM: output('sbom') } },
      ],
      outputs: { digest: output('digest'), metadata: output('metadata') },
    },
    later: {
      needs: 'build',
      steps: [
        printing({
          later: '${{ needs.build.outputs.digest }}',
          buildpacks: '${{ fromJSON(needs.build.outputs.metadata).buildpacks[0].id }}',
        }),
      ],
    },
  };
}

requiresEngine('the GitHub action', () => {
  describe('on a push', () => {
    let given: ReturnType<typeof inputs>;
    let run: WorkflowOutcome;
    let digest: string;
    beforeAll(async () => {
      given = inputs();
      run = await github.run({ jobs: buildAndUse(given), apps: APPS });
      digest = await github.world.digest(given.image);
    });

    it('publishes the image that the command line makes of the same app', async () => {
      expect(run.status, run.text).toBe(0);
      const { world } = github;
      const args = ['--builder', world.builder, '--path', APPS.app, '--env', given.env];
      const own = await build([world.image('own'), ...args]);
      expect(digest).toBe(own.digest);
    });

    it('gives its outputs to later steps', async () => {
      const { world } = github;
      expect(run.printed).toEqual(
        expect.arrayContaining([
          `image: "${given.image}"`,
          `digest: "${digest}"`,
          `tags: "${given.image}"`,
          `builder: "${world.builder}@${await world.digest(world.builder)}"`,
          `run-image: "${world.runImage}@${await world.digest(world.runImage)}"`,
          'cache-hit: "false"',
          'files: result.json build launch',
        ]),
      );
    });

    it('gives its outputs to later jobs, and all of the result as JSON', () => {
      expect(run.printed).toEqual(expect.arrayContaining([`later: "${digest}"`, 'buildpacks: "test/env-probe"']));
    });

    it('writes a summary that names the image', () => {
      expect(run.summary).toContain(given.image);
      expect(run.summary).toContain(digest);
    });
  });

  it('takes inputs with line ends, quotes and what a shell would expand', async () => {
    const values = {
      QUOTES: `"double" 'single' \`back\` \\`,
      SHELL: '$(id) ${HOME} $HOME; exit 1 & | < > * ~ # %0A ::error::no',
      BLOCK: 'first\n\n  third "line"',
    };
    const { BLOCK, ...lines } = values;
    const written = Object.entries(lines).map(([name, value]) => `${name}=${value}`);
    const given = inputs({ env: [...written, 'BP_LARGE_LAYER_MB=1', 'BLOCK<<END', BLOCK, 'END', ''].join('\n') });
    const run = await github.run({ jobs: { build: { steps: buildSteps(given) } }, apps: APPS });
    expect(run.status, run.text).toBe(0);
    const report = await extractAppFiles(given.image, '/layers/test_env-probe/report', github.world.registry.access);
    for (const [name, value] of Object.entries(values)) {
      const arrived = Buffer.from(await readFile(path.join(report, 'values', name), 'utf8'), 'base64').toString();
      expect(arrived, name).toBe(value);
    }
  });

  it('builds the apps of a matrix, each to its own image', async () => {
    const other = await temporaryDirectory('other');
    await cp(APPS.app, other, { recursive: true });
    await writeFile(path.join(other, 'more.txt'), 'more');
    const { image, ...given } = inputs();
    const steps = buildSteps({
      ...given,
      image: `${image.replace(/:1$/, '')}/\${{ matrix.app }}`,
      path: '${{ matrix.app }}',
    });
    const run = await github.run({
      jobs: { build: { strategy: { matrix: { app: ['one', 'two'] } }, steps } },
      apps: { one: APPS.app, two: other },
    });
    expect(run.status, run.text).toBe(0);
    const digests = await Promise.all(
      ['one', 'two'].map((app) => github.world.digest(`${image.replace(/:1$/, '')}/${app}:latest`)),
    );
    expect(new Set(digests).size).toBe(2);
    // The job that ends last has written them.
    expect(digests).toContain(run.outputs['build.digest']);
  });

  it('publishes nothing for a pull request, and says so', async () => {
    const { world } = github;
    world.registry.forget();
    const run = await github.run({
      jobs: { build: { steps: buildSteps(inputs()) } },
      apps: APPS,
      event: forkPullRequest(),
    });
    expect(run.status, run.text).toBe(0);
    expect(run.outputs['build.digest']).toMatch(/^sha256:/);
    expect(run.outputs['build.image'] ?? '').toBe('');
    expect(world.registry.requests().filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
    expect(run.printed.join('\n')).toMatch(/pull_request.* untrusted.*not published/);
  });

  it('fails with an annotation, and without outputs, when a buildpack does', async () => {
    const builder = await github.world.addBuilder('failing', {
      buildpacks: ['test/buildpacks/failing'],
      order: [[{ id: 'test/failing' }]],
    });
    const steps = [
      ...buildSteps(inputs({ builder })),
      { if: 'failure()', ...printing({ digest: '${{ steps.build.outputs.digest }}' }) },
    ];
    const run = await github.run({ jobs: { build: { steps } }, apps: APPS });
    expect(run.status).toBe(1);
    expect(run.printed).toContain('digest: ""');
    const errors = run.commands.filter(({ name }) => name === 'error');
    expect(errors).toEqual([
      expect.objectContaining({ properties: expect.objectContaining({ title: 'The build failed' }) as object }),
    ]);
    expect(errors[0]?.value).toContain('test/failing');
  });

  it('marks the line of project.toml that is to blame', async () => {
    const app = await temporaryDirectory('app');
    await cp(APPS.app, app, { recursive: true });
    await writeFile(path.join(app, 'project.toml'), '[_]\nschema-version = "0.2"\n[io.buildpacks]\ninclude = [1]\n');
    const run = await github.run({ jobs: { build: { steps: buildSteps(inputs()) } }, apps: { app } });
    expect(run.status).toBe(1);
    expect(run.commands.filter(({ name }) => name === 'error').map(({ properties }) => properties)).toEqual([
      expect.objectContaining({ file: 'app/project.toml' }),
    ]);
  });

  it('says what to do when nothing has been checked out', async () => {
    const action = await temporaryDirectory('repository');
    await cp('action.yml', path.join(action, 'action.yml'));
    await mkdir(path.join(action, 'packages/github-action'), { recursive: true });
    await cp(github.dist, path.join(action, 'packages/github-action/dist'), { recursive: true });
    const run = await github.run({
      jobs: { build: { steps: [{ id: 'build', uses: 'acme/buildpacks-ci@v1', with: inputs({ path: '.' }) }] } },
      actions: { 'acme/buildpacks-ci@v1': action },
    });
    expect(run.status).toBe(1);
    expect(run.commands.filter(({ name }) => name === 'error').map(({ value }) => value)).toEqual([
      expect.stringContaining('actions/checkout'),
    ]);
  });

  it('takes metadata-action’s outputs as they are', async () => {
    const { image, ...given } = inputs();
    const name = image.replace(/:1$/, '');
    const tags = [`${name}:main`, `${name}:sha-1234567`];
    const labels = ['org.opencontainers.image.title=shop', 'org.opencontainers.image.description=a "shop" = more'];
    const metadata = { tags: tags.join('\n'), labels: labels.join('\n') };
    const run = await github.run({ jobs: { build: { steps: buildSteps({ ...given, ...metadata }) } }, apps: APPS });
    expect(run.status, run.text).toBe(0);
    for (const tag of tags) expect(await github.world.digest(tag)).toBe(run.outputs['build.digest']);
    expect((await github.world.config(tags[0] ?? '')).config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'shop',
      'org.opencontainers.image.description': 'a "shop" = more',
    });
  });
});
