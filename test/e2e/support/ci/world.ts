import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../../../bench/cache.ts';
import { makeAuthority } from '../../../bench/certificates.ts';
import { buildpackDirectory, crane, makeBuilder, makeRunImage, pushLayout } from '../../../bench/images.ts';
import { type Registry, startRegistry } from '../../../bench/registry.ts';
import { loadToolImage } from '../../../bench/tool-image.ts';
import { markdownBlocks } from '../../../support/markdown-blocks.ts';
import { shownFiles } from '../../../support/shown-files.ts';
import { type CiEvent, type CiJob, type CiProduct } from './job.ts';
import { type CiOutcome, runJob } from './run-job.ts';
import { runShell, type ShellOutcome } from './run-shell.ts';

/** What stands in the page for a builder, and for the line of a release. */
const SHOWN_BUILDER = 'paketobuildpacks/builder-noble-java-tiny';
const SHOWN_TOOL_IMAGE = /ghcr\.io\/buildpacks-ci\/buildpacks-ci@sha256:0{64}/g;

const HOST = 'registry.example';
/** Stands for Docker Hub: a pull request's job has no login, and everybody may read what is there. */
const HUB = 'hub.example';
/** What no buildpack may find anything of; the token in `.git` begins with it too. */
const CANARY = 'canary-of-';
const USER = { name: 'ci', password: `${CANARY}ci=:/@` };

export interface CiRun extends CiOutcome {
  /** What it has written to the registry: `PUT /v2/team/shop/manifests/latest`. */
  readonly written: readonly string[];
  /** That `latest` has afterwards. */
  readonly digest: string;
}

/**
 * `registry.example`, as the examples of a page know it, which wants a login, and `hub.example`, which everybody may read. Only a private
 * authority vouches for them.
 */
export interface CiWorld {
  /** Addresses by their names. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly builder: string;
  /** One that looks for secrets first. */
  readonly hunter: string;
  readonly app: string;
  /** What a CI keeps for its jobs, and what a company gives to all of them; variables. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  /** Runs what a product makes of an event, by default with `builder`. */
  run(product: CiProduct, event: CiEvent, builder?: string): Promise<CiRun>;
  /** Runs the commands below a heading of the page, on this machine. */
  runShell(heading: string): Promise<ShellOutcome>;
  stop(): Promise<void>;
}

/**
 * Starts both registries and fills the hub. Needs docker, and root for names on the usual port.
 *
 * @param file the page, from the root of the repository
 */
export async function startCiWorld(file: string): Promise<CiWorld> {
  const directory = await mkdtemp(path.join(tmpdir(), 'e2e-ci-world-'));
  const cleanups = [() => rm(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const tls = await makeAuthority(path.join(directory, 'authority'));
    const auth = { kind: 'basic', users: { [USER.name]: USER.password } } as const;
    const registry = await startRegistry({ name: HOST, tls, auth });
    cleanups.push(() => registry.stop());
    const hub = await startRegistry({ name: HUB, tls });
    cleanups.push(() => hub.stop());
    const builders = await pushImages(hub);
    const facts = {
      ...builders,
      hosts: { [HOST]: registry.address ?? '', [HUB]: hub.address ?? '' },
      app: path.join(ROOT, 'samples/apps/procfile'),
      secrets: { BUILDPACKS_CI_REGISTRY_AUTH: `${HOST}=${USER.name}:${USER.password}` },
      settings: { BUILDPACKS_CI_CA_CERTIFICATES: tls.certificate },
    };
    const page = readFileSync(path.join(ROOT, file), 'utf8');
    return { ...facts, ...runners(facts, { page, registry, toolImage: await loadToolImage() }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Surroundings {
  readonly page: string;
  readonly registry: Registry;
  /** As the engine knows it. */
  readonly toolImage: string;
}

function runners(
  { hosts, app, secrets, settings, builder }: Omit<CiWorld, 'run' | 'runShell' | 'stop'>,
  { page, registry, toolImage }: Surroundings,
): Pick<CiWorld, 'run' | 'runShell'> {
  const files = shownFiles(page);
  const adapted = (text: string, by = builder) =>
    text.replaceAll(SHOWN_TOOL_IMAGE, toolImage).replaceAll(SHOWN_BUILDER, by);
  return {
    run: async (product, event, by) => {
      registry.forget();
      const job = adaptedJob(product.job(files, event, secrets), (text) => adapted(text, by), settings);
      const outcome = await runJob(job, app, hosts);
      const digest = await digestOf(`${registry.backDoor}/team/shop:latest`, registry);
      return { ...outcome, written: writes(registry), digest };
    },
    runShell: async (heading) => {
      const shown = markdownBlocks(page).filter((block) => block.heading === heading && block.language === 'sh');
      const commands = adapted(shown.map(({ content }) => content).join(''));
      return runShell(commands, { app, environment: { ...settings, ...secrets }, hosts });
    },
  };
}

function adaptedJob(job: CiJob, adapted: (text: string) => string, settings: CiWorld['settings']): CiJob {
  const variables = Object.entries(job.environment).map(([name, value]) => [name, adapted(value)]);
  return {
    ...job,
    image: adapted(job.image),
    environment: { ...settings, ...(Object.fromEntries(variables) as object) },
  };
}

async function pushImages(hub: Registry): Promise<{ builder: string; hunter: string }> {
  const [runImage, builder, hunter] = [`${HUB}/run:1`, `${HUB}/builder:1`, `${HUB}/hunter:1`];
  const buildpacks = await Promise.all(['canary', 'large-layer', 'procfile'].map(buildpackDirectory));
  const group = [{ id: 'test/large-layer' }, { id: 'samples/procfile' }];
  const buildConfig = { BP_LARGE_LAYER_MB: '1', CANARY_HEX_PREFIX: Buffer.from(CANARY).toString('hex') };
  const makeOf = (order: typeof group) => makeBuilder({ buildpacks, order: [order], runImage, buildConfig });
  const images = {
    [runImage]: await makeRunImage(),
    [builder]: await makeOf(group),
    [hunter]: await makeOf([{ id: 'test/canary' }, ...group]),
  };
  for (const [reference, { layout }] of Object.entries(images))
    await pushLayout(layout, reference.replace(HUB, hub.backDoor), hub.access);
  return { builder, hunter };
}

function writes(registry: Registry): readonly string[] {
  const requests = registry.requests().filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  return requests.map(({ method, path: place }) => `${method} ${place}`);
}

/** Empty when there is no such tag. */
async function digestOf(reference: string, { access }: Registry): Promise<string> {
  const printed = await crane(['digest', reference], reference, access).catch(() => '');
  return printed.trim();
}
