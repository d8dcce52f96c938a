import path from 'node:path';
import { BuildpacksError, type Clock, type Component, type Ports } from '@buildpacks-ci/core';
import { createApi } from './api.ts';
import type { Bill } from './bills.ts';
import { VERSION } from './version.ts';

export interface SubmissionOptions {
  readonly token: string;
  /** The runner's variables: the repository, the commit, and the job that the snapshot belongs to. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ports: Ports;
}

/**
 * Submits what an image contains to the dependency graph of the repository; it takes the place of what the same job has submitted for
 * the same image before.
 *
 * @throws BuildpacksError `denied` when the token may not; what Octokit throws otherwise
 * @see https://docs.github.com/rest/dependency-graph/dependency-submission
 */
export async function submitBills(bills: readonly Bill[], image: string, options: SubmissionOptions): Promise<void> {
  const { token, environment, clock, ports } = options;
  const { GITHUB_API_URL: baseUrl = 'https://api.github.com', GITHUB_REPOSITORY = '' } = environment;
  const [owner = '', repo = ''] = GITHUB_REPOSITORY.split('/');
  const snapshot = snapshotOf(bills, image, environment, new Date(clock.now()));
  const api = createApi({ baseUrl, token, network: ports.network, signal: ports.signal });
  try {
    await api.dependencyGraph.createRepositorySnapshot({ owner, repo, ...snapshot });
  } catch (error) {
    throw explained(error);
  }
  const resolved = Object.values(snapshot.manifests).map((manifest) => Object.keys(manifest.resolved).length);
  ports.log.info(`submitted ${resolved.reduce((sum, each) => sum + each, 0)} packages to the dependency graph`);
}

/** A snapshot of the packages that have a package URL: only these can be matched with advisories. */
export function snapshotOf(
  bills: readonly Bill[],
  image: string,
  environment: Readonly<Record<string, string>>,
  scanned: Date,
) {
  const { GITHUB_SHA = '', GITHUB_REF = '', GITHUB_RUN_ID = '', GITHUB_WORKFLOW = '', GITHUB_JOB = '' } = environment;
  const manifests = bills
    .map(({ file, components }) => ({
      name: `${image} ${path.dirname(file)}`,
      resolved: Object.fromEntries(components.flatMap(resolvedPackage)),
    }))
    .filter(({ resolved }) => Object.keys(resolved).length > 0);
  return {
    version: 0,
    sha: GITHUB_SHA,
    ref: GITHUB_REF,
    scanned: scanned.toISOString(),
    job: { id: GITHUB_RUN_ID, correlator: `${GITHUB_WORKFLOW} ${GITHUB_JOB} ${image}` },
    detector: { name: 'buildpacks-ci', version: VERSION, url: detectorPage(environment) },
    manifests: Object.fromEntries(manifests.map((manifest) => [manifest.name, manifest])),
  };
}

function resolvedPackage({ purl }: Component) {
  if (purl?.startsWith('pkg:') !== true) return [];
  return [[purl, { package_url: purl, relationship: 'direct' as const, scope: 'runtime' as const }] as const];
}

/** The page of this action. Of an action in the same repository the runner does not tell one. */
function detectorPage(environment: Readonly<Record<string, string>>): string {
  const {
    GITHUB_SERVER_URL = 'https://github.com',
    GITHUB_ACTION_REPOSITORY = '',
    GITHUB_REPOSITORY = '',
  } = environment;
  return `${GITHUB_SERVER_URL}/${GITHUB_ACTION_REPOSITORY === '' ? GITHUB_REPOSITORY : GITHUB_ACTION_REPOSITORY}`;
}

function explained(error: unknown): unknown {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status !== 401 && status !== 403 && status !== 404) return error;
  return new BuildpacksError('denied', `GitHub answered ${status}: the job needs "permissions: contents: write"`, {
    cause: error,
  });
}
