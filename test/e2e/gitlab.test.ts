import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkedOut, type JobOutcome, type PipelineOutcome, reportOf } from '../bench/gitlab.ts';
import { helperImage } from '../bench/gitlab/helper-image.ts';
import { requiresDocker } from '../support/requires.ts';
import { extractAppFiles } from './support/app-files.ts';
import { build } from './support/cli.ts';
import { loggedIn } from './support/docker-config.ts';
import { type ComponentInputs, type GitLab, type GitLabRun, jobOf, resultOf, startGitLab } from './support/gitlab.ts';

const ORDER = [[{ id: 'test/env-probe' }, { id: 'test/large-layer' }, { id: 'samples/procfile' }]];
const APP = 'samples/apps/procfile';

/** With what shells, YAML and GitLab's own expansion would take for theirs. */
const VALUES = {
  QUOTES: `"double" 'single' \`back\` \\ end`,
  SHELL: '$(id) ${HOME} $HOME $CI_JOB_TOKEN $$ %0A; exit 1 & | < > * ~ #',
  DASHES: '--version -n',
};
const BLOCK = 'first\n\n  third "line"';
const ENV = [
  ...Object.entries(VALUES).map(([name, value]) => `${name}=${value}`),
  ...['BP_LARGE_LAYER_MB=2', 'BLOCK<<END', BLOCK, 'END', ''],
].join('\n');

let gitlab: GitLab;
beforeAll(async () => {
  gitlab = await startGitLab({ buildpacks: ['procfile', 'large-layer', 'env-probe'], builder: { order: ORDER } });
});
afterAll(() => gitlab.stop());

/** A pipeline that builds the app and has one more job. */
async function run(inputs: ComponentInputs, more: Partial<GitLabRun> = {}): Promise<PipelineOutcome> {
  const image = await helperImage();
  const script = ['echo "deploys $BUILDPACKS_REFERENCE of $BUILDPACKS_TAGS"'];
  return gitlab.run({
    components: [{ inputs: { builder: gitlab.world.builder, path: 'app', ...inputs } }],
    jobs: { deploy: { stage: 'deploy', image, script } },
    apps: { app: APP },
    ...more,
  });
}

requiresDocker('the GitLab component', () => {
  describe('on the default branch', () => {
    const inputs = { image: '$CI_REGISTRY_IMAGE/Shop', env: ENV };
    let first: PipelineOutcome;
    let job: JobOutcome;
    let digest: string;
    let image: string;
    let project: string;
    beforeAll(async () => {
      image = `${gitlab.registry.host}/acme/shop/shop:latest`;
      first = await run(inputs);
      job = jobOf(first);
      project = checkedOut(gitlab.machine);
      digest = job.status === 'success' ? await gitlab.world.digest(image) : 'none';
    });

    it('publishes the image that the command line makes of the same app', async () => {
      expect(job.status, first.text).toBe('success');
      const { world } = gitlab;
      const registry = { ...world.registry, ...gitlab.registry };
      const login = await loggedIn(registry.host, `${registry.user}:${registry.password}`);
      const environment = { ...login, SSL_CERT_FILE: registry.ca ?? '', BUILDPACKS_CI_ENV: ENV };
      const args = [world.image('own'), '--builder', world.builder, '--path', APP];
      const own = await build(args, { environment });
      expect(digest).toBe(own.digest);
    });

    it('gives its outputs to a later job', () => {
      const reference = `${image.replace(/:latest$/, '')}@${digest}`;
      expect(first.jobs['deploy']?.log.text, first.text).toContain(`deploys ${reference} of ${image}\n`);
    });

    it('hands values over as they are written', async () => {
      const report = await extractAppFiles(image, '/layers/test_env-probe/report', gitlab.world.registry.access);
      for (const [name, value] of Object.entries({ ...VALUES, BLOCK })) {
        const arrived = Buffer.from(await readFile(path.join(report, 'values', name), 'utf8'), 'base64').toString();
        expect(arrived, name).toBe(value);
      }
    });

    it('leaves a CycloneDX report of each bill in the image', async () => {
      expect(job.artifacts.map(({ type }) => type).sort()).toEqual(['annotations', 'archive', 'cyclonedx', 'dotenv']);
      const folder = path.join(project, '.buildpacks-ci');
      const bills = (await readdir(folder)).filter((name) => /^gl-sbom-.*\.cdx\.json$/.test(name));
      expect(bills).not.toEqual([]);
      for (const bill of bills) {
        const content = await readFile(path.join(folder, bill), 'utf8');
        expect(JSON.parse(content), bill).toMatchObject({ bomFormat: 'CycloneDX', version: 1 });
        expect(reportOf(job, 'cyclonedx')).toContain(content);
      }
    });

    it('links to the image from the job’s page', () => {
      const links = Object.values(JSON.parse(reportOf(job, 'annotations')) as object).flat() as unknown[];
      expect(links).toContainEqual({
        external_link: { label: image, url: 'https://gitlab.example.test/acme/shop/container_registry' },
      });
    });

    it('folds its phases', () => {
      const { sections, strays } = job.log;
      const own = sections.filter(({ name }) => name.startsWith('buildpacks_ci_')).map(({ header }) => header);
      expect(strays).toEqual([]);
      expect(own).toEqual(expect.arrayContaining(['prepare', 'analyze', 'detect', 'build', 'export', 'publish']));
    });

    it('leaves the checkout as it was, but for its own folder', async () => {
      expect((await readdir(project)).sort()).toEqual(['.buildpacks-ci', '.git', '.gitlab-ci.yml', 'app']);
    });

    it('builds again with every layer from the cache, to the same digest', async () => {
      const again = await run(inputs);
      const result = await resultOf(again, gitlab);
      expect(result.digest).toBe(digest);
      expect(result.cache?.stores.map(({ restore }) => restore)).toEqual([
        expect.objectContaining({ outcome: 'hit', layers: 1 }),
      ]);
      expect(result.layers.filter(({ origin }) => origin === 'added')).toEqual([]);
      expect(jobOf(again).log.text).toContain('from the cache');
    });
  });
});
