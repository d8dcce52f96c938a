import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BuildResult } from '../../../packages/core/src/index.ts';
import { ROOT } from '../../bench/cache.ts';
import { type Authority, makeAuthority } from '../../bench/certificates.ts';
import {
  checkedOut,
  type JobOutcome,
  type PipelineOptions,
  type PipelineOutcome,
  type ProjectRegistry,
  runPipeline,
} from '../../bench/gitlab.ts';
import { loadToolImage } from '../../bench/tool-image.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

/** Inputs of the component, as `include:` takes them. */
export type ComponentInputs = Readonly<Record<string, string | boolean | readonly (string | object)[]>>;

export interface GitLabRun extends Pick<
  PipelineOptions,
  'event' | 'variables' | 'docker' | 'volumes' | 'files' | 'machine' | 'jobToken' | 'network'
> {
  /** The component once for each, by the name of its template; a list since a pipeline may have it several times. */
  readonly components: readonly {
    readonly template?: 'build' | 'build-staged' | 'rebase';
    readonly inputs: ComponentInputs;
  }[];
  /** Jobs beside the component's. */
  readonly jobs?: object;
  /** Apps in the project's repository, by their folders. */
  readonly apps?: Readonly<Record<string, string>>;
}

/** A GitLab instance with a private authority, its registry, and a builder in it. */
export interface GitLab {
  readonly world: World;
  readonly registry: ProjectRegistry;
  /** The tool image, as the engine knows it. */
  readonly toolImage: string;
  /** The runner's folder in all runs that name no other. */
  readonly machine: string;
  run(run: GitLabRun): Promise<PipelineOutcome>;
  stop(): Promise<void>;
}

export interface GitLabOptions extends Omit<WorldOptions, 'registry'> {
  /** `CI_REGISTRY_PASSWORD`. */
  readonly password?: string;
}

/** The project that `gitlab/` is published as. */
const COMPONENTS = { name: 'acme/buildpacks-ci', content: path.join(ROOT, 'gitlab'), tag: '1.2.3' } as const;

export async function startGitLab(options: GitLabOptions): Promise<GitLab> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'e2e-gitlab-'));
  const stops = [() => rm(scratch, { recursive: true, force: true })];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const authority = await makeAuthority(path.join(scratch, 'ca'));
    const user = { user: 'gitlab-ci-token', password: options.password ?? 'registry-password' };
    const auth = { kind: 'basic', users: { [user.user]: user.password } } as const;
    const world = await startWorld({ ...options, registry: { tls: authority, auth } });
    stops.push(() => world.stop());
    const toolImage = await loadToolImage();
    const registry = { host: world.registry.host, ...user };
    const machine = path.join(scratch, 'machine');
    const run = (asked: GitLabRun) => runComponents({ machine, ...asked }, { registry, authority, toolImage });
    return { world, registry, toolImage, machine, run, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What an instance has for its pipelines. */
export interface Instance extends Pick<GitLab, 'registry' | 'toolImage'> {
  /** Of GitLab's certificate, which jobs are told of. */
  readonly authority: Authority;
}

/** Runs a pipeline of an instance that the components are published on. */
export function runComponents(run: GitLabRun, { toolImage, registry, authority }: Instance): Promise<PipelineOutcome> {
  const { components, jobs, apps = {}, ...rest } = run;
  const pipeline = { include: components.map((component) => includeOf(component, toolImage)), ...jobs };
  return runPipeline({ ...rest, registry, authority, pipeline, copies: apps, components: COMPONENTS });
}

function includeOf({ template = 'build', inputs }: GitLabRun['components'][number], toolImage: string): object {
  const component = `$CI_SERVER_FQDN/${COMPONENTS.name}/${template}@1`;
  return { component, inputs: { 'tool-image': toolImage, ...inputs } };
}

/** The component's job. */
export function jobOf({ jobs, text }: PipelineOutcome, name = 'build-image'): JobOutcome {
  const job = jobs[name];
  if (job === undefined) throw new Error(`there is no job ${name}:\n${text}`);
  return job;
}

/** `result.json` of the pipeline that has run last on the machine, which must have built. */
export async function resultOf(outcome: PipelineOutcome, { machine }: Pick<GitLab, 'machine'>): Promise<BuildResult> {
  const { status } = jobOf(outcome);
  if (status !== 'success') throw new Error(`the job's status is ${status}:\n${outcome.text}`);
  return JSON.parse(
    await readFile(path.join(checkedOut(machine), '.buildpacks-ci/result.json'), 'utf8'),
  ) as BuildResult;
}
