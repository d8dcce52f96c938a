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
const APP = path.join(ROOT, 'samples/apps/procfile');

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
  readonly registry: Registry;
  readonly hosts: Readonly<Record<string, string>>;
  readonly toolImage: string;
  readonly builder: string;
  /** One that looks for secrets first. */
  readonly hunter: string;
  readonly app: string;
  /** A text of the page, with the tool image and a builder of this world. */
  adapted(text: string, builder?: string): string;
  /** What a CI keeps for its jobs, and what a company gives to all of them. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  /** Runs what a product makes of an event, by default with `builder`. */
  run(product: CiProduct, event: CiEvent, builder?: string): Promise<CiRun>;
  /** Runs the commands below a heading of the page, on this machine. */
  runShell(heading: string): Promise<ShellOutcome>;
  stop(): Promise<void>;
}

/** Needs docker, and root for the name on the usual port. */
export async function startCiWorld(page: string): Promise<CiWorld> {
  const toolImage = await loadToolImage();
  const auth = { kind: 'basic', users: { [USER.name]: USER.password } } as const;
  const directory = await mkdtemp(path.join(tmpdir(), 'e2e-ci-world-'));
  const cleanups = [() => rm(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const tls = await makeAuthority(path.join(directory, 'authority'));
    const registry = await startRegistry({ name: HOST, tls, auth });
    cleanups.push(() => registry.stop());
    const hub = await startRegistry({ name: HUB, tls });
    cleanups.push(() => hub.stop());
    const { builder, hunter } = await pushImages(hub);
    const adapted = (text: string, by = builder) =>
      text.replaceAll(SHOWN_TOOL_IMAGE, toolImage).replaceAll(SHOWN_BUILDER, by);
    const text = readFileSync(path.join(ROOT, page), 'utf8');
    const files = shownFiles(text);
    const hosts = { [HOST]: registry.address ?? '', [HUB]: hub.address ?? '' };
    const secrets = { BUILDPACKS_CI_REGISTRY_AUTH: `${HOST}=${USER.name}:${USER.password}` };
    const settings = { BUILDPACKS_CI_CA_CERTIFICATES: tls.certificate };
    const world: CiWorld = {
      registry,
      hosts,
      toolImage,
      builder,
      hunter,
      app: APP,
      adapted,
      secrets,
      settings,
      run: async (product, event, by) => {
        registry.forget();
        const job = adaptedJob(product.job(files, event, secrets), (text) => adapted(text, by), settings);
        const outcome = await runJob(job, APP, hosts);
        return {
          ...outcome,
          written: writes(registry),
          digest: await digestOf(`${registry.backDoor}/team/shop:latest`, registry),
        };
      },
      runShell: async (heading) => {
        const shown = markdownBlocks(text).filter((block) => block.heading === heading && block.language === 'sh');
        const commands = adapted(shown.map(({ content }) => content).join(''));
        return runShell(commands, { app: APP, environment: { ...settings, ...secrets }, hosts });
      },
      stop,
    };
    return world;
  } catch (error) {
    await stop();
    throw error;
  }
}

function adaptedJob(job: CiJob, adapted: CiWorld['adapted'], settings: CiWorld['settings']): CiJob {
  const variables = Object.entries(job.environment).map(([name, value]) => [name, adapted(value)]);
  return {
    ...job,
    image: adapted(job.image),
    environment: { ...settings, ...(Object.fromEntries(variables) as object) },
  };
}

async function pushImages(hub: Registry): Promise<{ builder: string; hunter: string }> {
  const [runImage, builder, hunter] = ['run', 'builder', 'hunter'].map((name) => `${HUB}/${name}:1`) as [
    string,
    string,
    string,
  ];
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
