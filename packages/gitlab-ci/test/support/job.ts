import { createProcessRunner } from '@buildpacks-ci/core';
import { readFacts } from '../../src/facts.ts';
import type { Host } from '../../src/host.ts';
import { readJobInputs } from '../../src/inputs.ts';

/** A push to the default branch, which is protected. */
export const PUSH = {
  CI_PIPELINE_SOURCE: 'push',
  CI_COMMIT_BRANCH: 'main',
  CI_COMMIT_REF_NAME: 'main',
  CI_COMMIT_REF_PROTECTED: 'true',
  CI_DEFAULT_BRANCH: 'main',
};

/** A job of a project with a registry, which builds its image. */
export function jobOf(environment: Readonly<Record<string, string>>, project: string) {
  const all = {
    BUILDPACKS_CI_BUILDER: 'example.com/builder',
    CI_REGISTRY_IMAGE: 'registry.example/group/shop',
    ...PUSH,
    ...environment,
  };
  const host: Host = {
    args: ['build'],
    environment: all,
    print: () => undefined,
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    machine: { uid: 1, gid: 1, home: '/h', temporary: '/tmp', architecture: 'amd64', workingDirectory: project },
    processes: createProcessRunner(),
    signal: new AbortController().signal,
  };
  return { host, facts: readFacts(all), inputs: readJobInputs(all) };
}
