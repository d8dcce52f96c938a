import { negotiatePlatformApi } from '../builder/platform-api.ts';
import { inputError } from '../errors/problems.ts';
import { MEDIA_TYPE } from '../image/media-types.ts';
import type { BuildRequest } from '../inputs/request.ts';
import { type ConfigFile, creatorInvocation } from '../lifecycle/environment.ts';
import { optional } from '../json/json.ts';
import { familiarReference, formatReference, formatRepository, type Repository } from '../reference/index.ts';
import { plannedCache, type PlannedCache } from './cache/planned-cache.ts';
import { type Destination, type Plan, PLAN_SCHEMA_VERSION, type PlannedImage } from './plan.ts';
import { plannedProxies } from './proxies.ts';
import type { PlannedPolicy } from './policy/planned-policy.ts';
import type { ResolvedBuilder } from './prepare/builder.ts';
import type { ResolvedRunImage } from './prepare/run-image.ts';

type BuildUser = Plan['builder']['user'];

/** Everything that PREPARE found out. */
export interface PlanFacts {
  readonly request: BuildRequest;
  readonly builder: ResolvedBuilder;
  readonly runImage: ResolvedRunImage;
  readonly previousImage?: PlannedImage;
  /** Files of ours that take the place of the builder's. */
  readonly overrides: readonly ConfigFile[];
  /** Seconds since 1970; absent: 1980, as the lifecycle does it. */
  readonly creationTime?: number;
  readonly policy: PlannedPolicy;
}

/**
 * The plan of a build: pure, the same facts give the same plan.
 *
 * @throws InputError when the builder's lifecycle or the format of the run image can't do what was asked for
 */
export function makePlan(facts: PlanFacts): Plan {
  const { request, builder, runImage, previousImage } = facts;
  const user = buildUser(request, builder);
  const platformApi = negotiatePlatformApi(builder.builder);
  const cache = cachesOf(request, builder);
  const unused = builder.provided.unusedLayers;
  const creator = creatorInvocation({
    platformApi,
    user,
    runImage: formatReference(runImage.reference),
    logLevel: request.logLevel,
    colours: 'strip',
    overrides: facts.overrides,
    clearCache: request.cache.clear,
    execEnv: request.execEnv,
    ...optional('processType', request.defaultProcess),
    ...optional('creationTime', facts.creationTime),
  });
  return {
    schemaVersion: PLAN_SCHEMA_VERSION,
    platform: request.platform,
    builder: {
      name: builder.name,
      digest: builder.provided.image.raw.digest,
      user,
      owner: fileOwner(request, builder),
      lifecycleVersion: builder.builder.lifecycle.version,
      platformApi,
      ...optional('unusedLayers', unused === undefined ? undefined : [...unused]),
    },
    engine: request.engine,
    runImage: runImage.planned,
    ...(previousImage !== undefined && { previousImage }),
    lifecycle: {
      command: creator.command,
      environment: { ...creator.environment, ...plannedProxies(request) },
      network: request.network,
      volumes: request.volumes,
    },
    tags: names(request),
    destinations: plannedDestinations(request),
    ...plannedLabels(request, runImage),
    ...(cache !== undefined && { cache }),
    policy: facts.policy,
    ...(request.sbomDirectory !== undefined && { sbomDirectory: request.sbomDirectory }),
    ...(request.reportDirectory !== undefined && { reportDirectory: request.reportDirectory }),
  };
}

/** The builder's user, or the one that the inputs name. */
function buildUser(request: BuildRequest, { builder }: ResolvedBuilder): BuildUser {
  return { uid: request.uid ?? builder.user.uid, gid: request.gid ?? builder.user.gid };
}

/**
 * Whose the prepared files are: the user, but with the builder's group where only a group was chosen. The lifecycle leaves the owner of
 * `/layers` alone as long as its user may write there (`priv.EnsureOwner`), and owner and group are part of the layers' bytes.
 */
export function fileOwner(request: BuildRequest, builder: ResolvedBuilder): BuildUser {
  const user = buildUser(request, builder);
  return user.uid === builder.builder.user.uid ? builder.builder.user : user;
}

/** One destination for each repository, with all of its tags in the order given. */
export function plannedDestinations(request: BuildRequest): readonly Destination[] {
  const byRepository = new Map<string, { readonly repository: Repository; readonly tags: string[] }>();
  for (const { repository, tag } of request.publish ? request.destinations : []) {
    const name = formatRepository(repository);
    const entry = byRepository.get(name) ?? { repository, tags: [] };
    if (!entry.tags.includes(tag)) entry.tags.push(tag);
    byRepository.set(name, entry);
  }
  return [
    ...[...byRepository.values()].map((entry) => ({ kind: 'registry' as const, ...entry })),
    ...request.outputs,
    ...(request.load === undefined ? [] : [{ kind: 'engine' as const, engine: request.load, names: names(request) }]),
  ];
}

/** An app image has the format of its run image, and Docker's has no place for annotations. */
function plannedLabels(
  { labels, annotations }: BuildRequest,
  { image, reference }: ResolvedRunImage,
): Pick<Plan, 'labels' | 'annotations'> {
  const filled = (pairs: Readonly<Record<string, string>>) => (Object.keys(pairs).length > 0 ? pairs : undefined);
  if (filled(annotations) !== undefined && image.raw.mediaType !== MEDIA_TYPE.ociManifest) {
    throw inputError(
      'annotations',
      `the run image ${familiarReference(reference)} is in Docker's format, and so is the app image: it can't have annotations`,
      'Use "labels", or a run image in OCI format.',
    );
  }
  return { ...optional('labels', filled(labels)), ...optional('annotations', filled(annotations)) };
}

function names(request: BuildRequest): readonly string[] {
  return request.destinations.map(formatReference);
}

/** The caches of a build whose builder is known. */
export function cachesOf(request: BuildRequest, builder: ResolvedBuilder): PlannedCache | undefined {
  return plannedCache(request, { builder: builder.name, user: buildUser(request, builder) });
}
