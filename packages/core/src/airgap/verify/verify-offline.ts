import { admitRequest } from '../../build/named-places.ts';
import { withProject } from '../../build/build.ts';
import { explained } from '../../build/failure.ts';
import { readNamedImage, resolveBuilder } from '../../build/prepare/builder.ts';
import { openSession } from '../../build/session.ts';
import { readBuildpackDescriptions } from '../../builder/buildpack-descriptions.ts';
import { type Builder, BUILDER_LABEL } from '../../builder/metadata.ts';
import { runImageCandidates } from '../../builder/run-image.ts';
import { BuildpacksError } from '../../errors/index.ts';
import type { Platform } from '../../image/manifest.ts';
import type { Image } from '../../image/source.ts';
import type { BuildRequest, ConnectionInputs } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import { imageName } from '../../lock/image-name.ts';
import { lockedImages } from '../../lock/locked-images.ts';
import { onlyTo } from '../../network/reach.ts';
import type { Ports } from '../../ports/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { ImageReference } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { type FetchedDependency, usableDependencies } from '../dependencies/lock-buildpacks.ts';
import { dependencyNeeds } from './dependency-needs.ts';
import { imageNeeds, type ImageSupply } from './image-needs.ts';
import type { Need } from './need.ts';
import { packageNeeds } from './package-needs.ts';

export interface VerifyRequest {
  /** The inputs of a build with `offline`. */
  readonly build: BuildRequest;
  /** How images are looked at: with `offline` too, or from where everything can be reached. */
  readonly connection: ConnectionInputs;
}

export interface VerifyOutcome {
  /** Images, then what buildpacks fetch, then packages. */
  readonly needs: readonly Need[];
  /** Of the images that are needed, those that could not be looked at, and why: what their buildpacks fetch is not in the list. */
  readonly unread: readonly UnreadImage[];
}

export interface UnreadImage {
  readonly name: string;
  readonly reason: string;
}

/**
 * Tells, without building, what a build would need from outside of a closed network.
 *
 * @throws BuildpacksError when an image that should be at hand can't be read
 */
export async function verifyOffline({ build, connection }: VerifyRequest, ports: Ports): Promise<VerifyOutcome> {
  return explained(ports.signal, async () => {
    admitRequest(build, ports.network);
    const session = openSession(ports, connection, [build.app.path]);
    const complete = await withProject(build, session.ports);
    const reach = onlyTo(build.connection.offline?.hosts ?? []);
    admitRequest(build, { ...ports.network, reach });
    const supply: ImageSupply = {
      mirrors: connection.mirrors,
      reaches: reach.allows,
      ...optional('lock', complete.lock),
    };
    const registry = complete.lock === undefined ? session.registry : lockedImages(session.registry, complete.lock);
    const found = await lookAt(complete, supply, { ...session.ports, registry });
    // Buildpacks have no network of ours: `none` is none, whatever the inputs name.
    const closed = { reaches: (host: string) => complete.network !== 'none' && reach.allows(host) };
    return {
      needs: [
        ...found.images,
        ...dependencyNeeds(found.dependencies, complete, closed),
        ...packageNeeds(complete, closed),
      ],
      unread: found.unread,
    };
  });
}

interface Found {
  readonly images: readonly Need[];
  readonly dependencies: readonly FetchedDependency[];
  readonly unread: readonly UnreadImage[];
}

type LookPorts = Ports & { readonly registry: RegistryReader };

async function lookAt(request: CompleteRequest, supply: ImageSupply, ports: LookPorts): Promise<Found> {
  const { builder, platform } = request;
  const looks = new Looks(platform, ports);
  const images: Need[] = [...imageNeeds('builder', builder.kind === 'registry' ? [builder.reference] : [], supply)];
  let known: Builder | undefined;
  await looks.at({ name: nameOf(builder), isNeeded: images.length > 0 }, async () => {
    const { builder: read, provided } = await resolveBuilder(request, ports.registry, ports);
    known = read;
    return provided.image;
  });
  images.push(...imageNeeds('run-image', runImageNames(request, known), supply));
  for (const each of buildpackImages(request, known)) {
    const needed = imageNeeds('buildpack', [each], supply);
    images.push(...needed);
    await looks.at({ name: imageName(each), isNeeded: needed.length > 0 }, () =>
      readNamedImage(each, platform, ports.registry, 'buildpacks'),
    );
  }
  return { images, dependencies: looks.dependencies, unread: looks.unread };
}

/** Looks at what the buildpacks of images fetch, the builder's first: its stack counts for all. */
class Looks {
  readonly dependencies: FetchedDependency[] = [];
  readonly unread: UnreadImage[] = [];
  readonly #platform: Platform;
  readonly #ports: LookPorts;
  #stack: string | undefined;

  constructor(platform: Platform, ports: LookPorts) {
    this.#platform = platform;
    this.#ports = ports;
  }

  /** @param what an image that is needed from outside need not be readable; any other one that is not leaves the question open */
  async at(what: { readonly name: string; readonly isNeeded: boolean }, open: () => Promise<Image>): Promise<void> {
    try {
      const image = await open();
      this.#stack ??= image.config.config.Labels[BUILDER_LABEL.stackId];
      const buildpacks = await readBuildpackDescriptions(image, this.#ports);
      this.dependencies.push(...usableDependencies(buildpacks, this.#platform, this.#stack));
    } catch (error) {
      if (!what.isNeeded || !(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
      this.unread.push({ name: what.name, reason: error.message });
    }
  }
}

function nameOf(builder: CompleteRequest['builder']): string {
  if (builder.kind === 'registry') return imageName(builder.reference);
  return builder.kind === 'engine' ? `docker://${builder.name}` : `oci:${builder.path}`;
}

function runImageNames({ runImage }: CompleteRequest, builder: Builder | undefined): readonly ImageReference[] {
  if (runImage === undefined && builder === undefined) return [];
  const candidates = runImageCandidates({ runImages: builder?.runImages ?? [], ...optional('override', runImage) });
  return candidates.map(({ reference }) => reference);
}

/** A name is an image where the builder has no buildpack of that id. */
function buildpackImages(request: CompleteRequest, builder: Builder | undefined): readonly ImageReference[] {
  const locators = [...request.buildpacks, ...request.preBuildpacks, ...request.postBuildpacks];
  return locators.flatMap((locator) => {
    if (locator.kind === 'image') return [locator.reference];
    if (locator.kind !== 'name' || locator.image === undefined) return [];
    return builder?.buildpacks.some(({ id }) => id === locator.id) === true ? [] : [locator.image];
  });
}
