import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { BuildCaches } from '../../../packages/core/src/build/cache/build-caches.ts';
import { plannedCache } from '../../../packages/core/src/build/cache/planned-cache.ts';
import { digestOf } from '../../../packages/core/src/reference/index.ts';
import { recordingPorts } from '../../../packages/core/test/cache/support/doubles.ts';
import { BUILDER } from '../../../packages/core/test/cache/support/sample-index.ts';
import { readVolumeCache, tree, writeVolumeCache } from '../../../packages/core/test/cache/support/volume-cache.ts';
import { setup } from '../../../packages/core/test/registry/setup.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { readBuildRequest } from '../../../packages/gitlab-ci/src/request.ts';
import { jobOf } from '../../../packages/gitlab-ci/test/support/job.ts';

function branch(name: string, isProtected: boolean) {
  return { CI_COMMIT_BRANCH: name, CI_COMMIT_REF_NAME: name, CI_COMMIT_REF_PROTECTED: String(isProtected) };
}

const PIPELINES = {
  main: branch('main', true),
  release: branch('release', true),
  feature: branch('feature', false),
  /** A branch that somebody has called like the protected ones' caches. */
  default: branch('default', false),
  tag: { CI_COMMIT_TAG: 'v1', CI_COMMIT_BRANCH: '', CI_COMMIT_REF_PROTECTED: 'true' },
  unprotectedMain: branch('main', false),
  mergeRequest: {
    CI_PIPELINE_SOURCE: 'merge_request_event',
    CI_MERGE_REQUEST_IID: '7',
    CI_MERGE_REQUEST_REF_PATH: 'refs/merge-requests/7/head',
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
    CI_COMMIT_REF_PROTECTED: 'false',
  },
} as const;

type Pipeline = keyof typeof PIPELINES;

/** Pipelines of one project that all have the same folder, as with a runner that keeps protected and other caches together. */
async function project() {
  const root = await temporaryDirectory();
  let builds = 0;
  /** Gives the name of the pipeline whose layer came back, and whether something was saved. */
  return async (pipeline: Pipeline) => {
    const environment = { ...PIPELINES[pipeline], BUILDPACKS_CI_CACHE_STORE: 'dir:.buildpacks-ci/cache' };
    await mkdir(path.join(root, 'project'), { recursive: true });
    const request = readBuildRequest(jobOf(environment, path.join(root, 'project')));
    const plan = plannedCache(request, { builder: 'example.com/builder', user: { uid: 1001, gid: 1000 } });
    if (plan === undefined) throw new Error('there is no cache');
    const ports = recordingPorts();
    const caches = new BuildCaches(plan, {
      builder: BUILDER,
      verifyKeys: [],
      registry: setup().client,
      clock: ports.clock,
    });
    const cache = path.join(root, `cache-${++builds}`);
    await caches.find(ports);
    await caches.fill(cache, undefined, ports);
    const restored = Object.values(await readVolumeCache(cache))
      .map(String)
      .join('\n');
    const from = Object.keys(PIPELINES).find((name) => restored.includes(`layer-of-${name}`));
    await writeVolumeCache(cache, [tree(`a/layer-of-${pipeline}`, pipeline)]);
    await caches.save({ cache, temporary: root, image: digestOf(Buffer.from(pipeline)) }, ports);
    return { from, saved: caches.summary().stores[0]?.save.outcome };
  };
}

describe('pipelines of a project that share one folder', () => {
  test.each<readonly [writer: Pipeline, reader: Pipeline, reads: boolean]>([
    ['main', 'main', true],
    ['main', 'release', true],
    ['main', 'tag', true],
    ['main', 'feature', true],
    ['main', 'mergeRequest', true],
    ['release', 'main', false],
    ['feature', 'feature', true],
    ['feature', 'main', false],
    ['feature', 'release', false],
    ['feature', 'tag', false],
    ['feature', 'mergeRequest', false],
    ['feature', 'default', false],
    ['default', 'main', false],
    ['unprotectedMain', 'main', false],
    ['unprotectedMain', 'tag', false],
  ])('what %s has saved, %s reads: %s', async (writer, reader, reads) => {
    const build = await project();
    expect(await build(writer)).toEqual({ from: undefined, saved: 'saved' });
    expect((await build(reader)).from).toBe(reads ? writer : undefined);
  });

  test('a merge request saves nothing', async () => {
    expect((await (await project())('mergeRequest')).saved).toBe('off');
  });
});
