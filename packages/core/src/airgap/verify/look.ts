import { type ResolvedBuilder, resolveBuilder } from '../../build/prepare/builder.ts';
import { readBuildpackDescriptions } from '../../builder/buildpack-descriptions.ts';
import { type ModuleName, type ModuleReference, formatModule } from '../../builder/module.ts';
import { composeOrder, type OrderItem } from '../../builder/order.ts';
import { runImageCandidates } from '../../builder/run-image.ts';
import { systemModules, usedModules } from '../../builder/unused-layers.ts';
import { BuildpacksError } from '../../errors/index.ts';
import type { BuildpackLocator } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import { shownUrl } from '../../network/index.ts';
import type { Ports, Reach } from '../../ports/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { ImageReference } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { type FetchedDependency, usableDependencies } from '../dependencies/lock-buildpacks.ts';
import { bring, type Brought, imageOf } from './brought-buildpacks.ts';
import { imageNeeds, type ImageSupply } from './image-needs.ts';
import type { ArchiveNeed, ImageNeed } from './need.ts';

type CarriedNeed = ImageNeed | ArchiveNeed;

/** What is needed and could not be looked at. */
export interface Unread {
  readonly name: string;
  readonly reason: string;
}

/** What a look at the builder, the run image and all buildpacks has found. */
export interface Found {
  /** What has to be carried over. */
  readonly carried: readonly CarriedNeed[];
  readonly dependencies: readonly FetchedDependency[];
  readonly unread: readonly Unread[];
}

export interface LookContext {
  readonly supply: ImageSupply;
  readonly reach: Pick<Reach, 'allows'>;
  /** A directory for buildpacks that are archives. */
  readonly scratch: string;
  readonly ports: Ports & { readonly registry: RegistryReader };
}

/**
 * Looks at everything that a build reads before it runs.
 *
 * @throws BuildpacksError when something can't be read that is at hand in the closed network, InputError when an input names no buildpack
 */
export async function lookAt(request: CompleteRequest, context: LookContext): Promise<Found> {
  const { builder: source, platform } = request;
  const { supply, ports } = context;
  const notes = new Notes();
  const needed = imageNeeds('builder', source.kind === 'registry' ? [source.reference] : [], supply);
  notes.carried.push(...needed);
  const builder = await notes.attempt(needed, () => resolveBuilder(request, ports.registry, ports));
  notes.carried.push(...imageNeeds('run-image', runImageNames(request, builder), supply));
  const brought = await bringAll(request, builder, { ...context, notes });
  const isUsed = usedBy(request, builder, brought);
  const own =
    builder && (await notes.attempt(needed, () => readBuildpackDescriptions(builder.provided.image, ports, isUsed)));
  const others = brought.flatMap(({ found }) => found?.buildpacks ?? []);
  const buildpacks = [...(own ?? []), ...others.filter(isUsed)];
  const dependencies = usableDependencies(buildpacks, platform, builder?.builder.stackId);
  return { carried: notes.carried, dependencies, unread: notes.unread };
}

class Notes {
  readonly carried: CarriedNeed[] = [];
  readonly unread: Unread[] = [];

  /** @param needed what is read, if it is outside: it need not be readable then; anything else must be */
  async attempt<T>([need]: readonly CarriedNeed[], read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (need === undefined || !(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
      this.unread.push({ name: need.kind === 'image' ? need.name : need.uri, reason: error.message });
      return undefined;
    }
  }
}

type ListName = 'buildpacks' | 'pre-buildpacks' | 'post-buildpacks';

/** What one line of an input brings; nothing is found where it could not be looked at. */
interface Line {
  readonly input: ListName;
  readonly found: Brought | undefined;
}

async function bringAll(
  { buildpacks, preBuildpacks, postBuildpacks, platform }: CompleteRequest,
  builder: ResolvedBuilder | undefined,
  { notes, ...context }: LookContext & { readonly notes: Notes },
): Promise<readonly Line[]> {
  const lists = [
    ['buildpacks', buildpacks],
    ['pre-buildpacks', preBuildpacks],
    ['post-buildpacks', postBuildpacks],
  ] as const;
  const lines: Line[] = [];
  for (const [input, locators] of lists) {
    for (const locator of locators) {
      const needed = carriedFor(locator, builder, context);
      notes.carried.push(...needed);
      const found = await notes.attempt(needed, () =>
        bring(locator, input, { ...context, platform, builder: builder?.builder }),
      );
      lines.push({ input, found });
    }
  }
  return lines;
}

/** The one thing that a locator needs from outside, if it does. */
function carriedFor(
  locator: BuildpackLocator,
  builder: ResolvedBuilder | undefined,
  { supply, reach }: Pick<LookContext, 'supply' | 'reach'>,
): readonly CarriedNeed[] {
  if (locator.kind === 'url') {
    const url = new URL(locator.url);
    return reach.allows(url.hostname) ? [] : [{ kind: 'archive', uri: shownUrl(url), host: url.hostname }];
  }
  const image = imageOf(locator, builder?.builder);
  return imageNeeds('buildpack', image === undefined ? [] : [image], supply);
}

/** Which buildpacks the build's order leads to; all, where it is not known. */
function usedBy(
  { disableSystemBuildpacks }: CompleteRequest,
  resolved: ResolvedBuilder | undefined,
  lines: readonly Line[],
): (module: ModuleName) => boolean {
  if (resolved === undefined || lines.some(({ found }) => found === undefined)) return () => true;
  const { builder, provided } = resolved;
  const itemsOf = (name: ListName) =>
    lines.flatMap(({ input, found }) => (input === name && found ? [found.item] : []));
  const asked = {
    buildpacks: itemsOf('buildpacks'),
    pre: itemsOf('pre-buildpacks').filter(isModule),
    post: itemsOf('post-buildpacks').filter(isModule),
  };
  const added = lines.flatMap(({ found }) => found?.added ?? []);
  const order = composeOrder(builder, asked, added)?.order ?? builder.order;
  const system = disableSystemBuildpacks ? [] : systemModules(builder);
  const used = usedModules(provided.image, { order, added, system });
  return (module) => used?.has(formatModule(module)) ?? true;
}

function isModule(item: OrderItem): item is ModuleReference {
  return item !== 'from-builder';
}

function runImageNames({ runImage }: CompleteRequest, builder: ResolvedBuilder | undefined): readonly ImageReference[] {
  if (runImage === undefined && builder === undefined) return [];
  const runImages = builder?.builder.runImages ?? [];
  return runImageCandidates({ runImages, ...optional('override', runImage) }).map(({ reference }) => reference);
}
