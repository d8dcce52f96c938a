import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker, requiresRoot } from '../support/requires.ts';
import { CIRCLECI } from './support/ci/circleci.ts';
import { CONCOURSE } from './support/ci/concourse.ts';
import { JENKINS_DOCKER, JENKINS_KUBERNETES } from './support/ci/jenkins.ts';
import type { CiEvent, CiProduct } from './support/ci/job.ts';
import { WOODPECKER } from './support/ci/woodpecker.ts';
import { type CiRun, type CiWorld, startCiWorld } from './support/ci/world.ts';
import { build } from './support/cli.ts';
import { withHosts } from './support/hosts.ts';

const PUSH = { kind: 'push' } as const;
const TAG = { kind: 'tag', name: 'v1.4.2' } as const;
const REQUEST = { kind: 'request' } as const;
const MANIFESTS = '/v2/team/shop/manifests';

const PRODUCTS = [CIRCLECI, JENKINS_DOCKER, JENKINS_KUBERNETES, CONCOURSE, WOODPECKER];
/** Those that have variables for what has started a pipeline; where the agent of Jenkins is makes no difference. */
const WITH_EVENTS = [CIRCLECI, JENKINS_DOCKER, WOODPECKER];
/** With the event that their hunt serves as well. */
const HUNTS = PRODUCTS.map((product) => ({
  title: product.title,
  product,
  event: WITH_EVENTS.includes(product) ? TAG : PUSH,
}));
const WITH_REPORTS = [
  { title: CIRCLECI.title, product: CIRCLECI, folder: '.buildpacks-ci' },
  { title: JENKINS_DOCKER.title, product: JENKINS_DOCKER, folder: '.buildpacks-ci' },
  { title: JENKINS_KUBERNETES.title, product: JENKINS_KUBERNETES, folder: '.buildpacks-ci' },
  { title: CONCOURSE.title, product: CONCOURSE, folder: 'reports' },
];

requiresRoot('docs/other-ci.md', () => {
  requiresDocker('in the container of a job', () => {
    let world: CiWorld;
    const runs = new Map<string, CiRun>();
    beforeAll(async () => {
      world = await startCiWorld('docs/other-ci.md');
    });
    afterAll(async () => {
      for (const each of runs.values()) await each.remove();
      await world.stop();
    });

    /** One job for each event is enough for everything that is asked about it. */
    const run = async (product: CiProduct, event: CiEvent, builder = world.builder) => {
      const key = `${product.title}, ${event.kind}, ${builder}`;
      const made = runs.get(key) ?? (await world.run(product, event, builder));
      runs.set(key, made);
      expect(made.status, made.text).toBe(0);
      return made;
    };

    /** As somebody gets it who builds the same app on this machine. */
    let digest: string | undefined;
    const ownDigest = async () => {
      const args = ['registry.example/own', '--builder', world.builder, '--path', world.app, '--engine', 'rootfs'];
      const environment = { ...world.settings, ...world.secrets };
      digest ??= (await build(args, { environment, launcher: await withHosts(world.hosts) })).digest;
      return digest;
    };

    it.each(PRODUCTS)('$title publishes the default branch', async (product) => {
      const { written } = await run(product, PUSH);
      expect(written).toContain(`PUT ${MANIFESTS}/latest`);
    });

    it.each(PRODUCTS)('$title makes the image that this machine makes of the same app', async (product) => {
      const { digest: made } = await run(product, PUSH);
      expect(made).toBe(await ownDigest());
    });

    it.each(HUNTS)('$title shows buildpacks no secret', async ({ product, event }) => {
      const { text } = await run(product, event, world.hunter);
      expect(text).toContain('canary: 0 findings');
    });

    it.each(WITH_REPORTS)('$title keeps the reports', async ({ product, folder }) => {
      const made = await run(product, PUSH);
      const result = JSON.parse(await made.read(`${folder}/report/result.json`)) as { readonly image: string };
      expect(result.image).toBe('registry.example/team/shop:latest');
    });

    it.each(WITH_EVENTS)('$title publishes a tag under its name', async (product) => {
      const { written } = await run(product, TAG, world.hunter);
      expect(written).toContain(`PUT ${MANIFESTS}/${TAG.name}`);
      expect(written).not.toContain(`PUT ${MANIFESTS}/latest`);
    });

    it.each(WITH_EVENTS)('$title writes nothing for a request', async (product) => {
      const { written } = await run(product, REQUEST);
      expect(written).toEqual([]);
    });

    it('docker run, as it stands there, publishes the image and leaves the reports', async () => {
      const { status, text, directory } = await world.runShell('docker run');
      expect(status, text).toBe(0);
      const result = JSON.parse(await readFile(path.join(directory, '.buildpacks-ci/report/result.json'), 'utf8')) as {
        readonly image: string;
      };
      expect(result.image).toBe('registry.example/team/shop:1.4');
    });

    it('a second job begins with what the first one has cached', async () => {
      await run(CIRCLECI, PUSH);
      const again = await world.run(CIRCLECI, PUSH);
      await again.remove();
      expect(again.text).toContain('large-layer: 1 MiB, seed 0, from the cache');
    });

    it('Jenkins gets a workspace in which everything is its own', async () => {
      const made = await run(JENKINS_DOCKER, PUSH);
      expect(await made.owner('.buildpacks-ci/report/result.json')).toBe(1000);
    });
  });
});
