import type { Variable } from './job.ts';
import { COMMIT_TIMESTAMP, INSTANCE, type Project, PROJECT_PATH } from './project.ts';

/** What a pipeline runs for. */
export type PipelineEvent =
  | { readonly kind: 'branch'; readonly name: string; readonly isProtected: boolean }
  | { readonly kind: 'tag'; readonly name: string; readonly isProtected: boolean }
  | { readonly kind: 'merge request'; readonly name: string };

/** The project's registry, with what a job may use to get into it. */
export interface ProjectRegistry {
  readonly host: string;
  readonly user: string;
  readonly password: string;
}

/** The git ref of an event. */
export function refOf(event: PipelineEvent): string {
  switch (event.kind) {
    case 'branch':
      return `refs/heads/${event.name}`;
    case 'tag':
      return `refs/tags/${event.name}`;
    case 'merge request':
      return 'refs/merge-requests/7/head';
  }
}

/** The variables that GitLab predefines for the jobs of a pipeline, those that matter to a build. */
export function predefined(
  event: PipelineEvent,
  { commit }: Pick<Project, 'commit'>,
  registry: ProjectRegistry | undefined,
): readonly Variable[] {
  const values: Readonly<Record<string, string>> = {
    CI: 'true',
    GITLAB_CI: 'true',
    CI_DEFAULT_BRANCH: 'main',
    CI_PROJECT_ID: '42',
    CI_PROJECT_PATH: PROJECT_PATH,
    CI_PROJECT_PATH_SLUG: PROJECT_PATH.replace('/', '-'),
    CI_PROJECT_NAMESPACE: 'acme',
    CI_PROJECT_NAME: 'shop',
    CI_PROJECT_URL: `https://${INSTANCE}/${PROJECT_PATH}`,
    CI_SERVER_URL: `https://${INSTANCE}`,
    CI_SERVER_HOST: INSTANCE,
    CI_SERVER_FQDN: INSTANCE,
    CI_API_V4_URL: `https://${INSTANCE}/api/v4`,
    CI_PIPELINE_ID: '1001',
    CI_PIPELINE_IID: '11',
    CI_PIPELINE_URL: `https://${INSTANCE}/${PROJECT_PATH}/-/pipelines/1001`,
    CI_COMMIT_SHA: commit,
    CI_COMMIT_SHORT_SHA: commit.slice(0, 8),
    CI_COMMIT_TIMESTAMP: COMMIT_TIMESTAMP,
    ...eventVariables(event),
  };
  const plain = Object.entries(values).map(([key, value]) => ({ key, value }));
  return [...plain, ...(registry === undefined ? [] : registryVariables(registry))];
}

function eventVariables(event: PipelineEvent): Readonly<Record<string, string>> {
  const slug = event.name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const ref = { CI_COMMIT_REF_NAME: event.name, CI_COMMIT_REF_SLUG: slug };
  switch (event.kind) {
    case 'branch':
      return { ...ref, ...pushed(event.isProtected), CI_COMMIT_BRANCH: event.name };
    case 'tag':
      return { ...ref, ...pushed(event.isProtected), CI_COMMIT_TAG: event.name };
    case 'merge request':
      return {
        ...ref,
        CI_PIPELINE_SOURCE: 'merge_request_event',
        CI_COMMIT_REF_PROTECTED: 'false',
        CI_MERGE_REQUEST_IID: '7',
        CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: event.name,
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
      };
  }
}

function pushed(isProtected: boolean): Readonly<Record<string, string>> {
  return { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_REF_PROTECTED: String(isProtected) };
}

function registryVariables({ host, user, password }: ProjectRegistry): readonly Variable[] {
  return [
    { key: 'CI_REGISTRY', value: host },
    { key: 'CI_REGISTRY_IMAGE', value: `${host}/${PROJECT_PATH}` },
    { key: 'CI_REGISTRY_USER', value: user },
    { key: 'CI_REGISTRY_PASSWORD', value: password, masked: true },
  ];
}
