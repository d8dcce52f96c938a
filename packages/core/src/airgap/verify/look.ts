import { type ResolvedBuilder, resolveBuilder } from '../../build/prepare/builder.ts';
import { resolveRunImage } from '../../build/prepare/run-image.ts';
import { readBuildpackDescriptions } from '../../builder/buildpack-descriptions.ts';
import { type ModuleName, type ModuleReference, formatModule } from '../../builder/module.ts';
import { composeOrder, type OrderItem } from '../../builder/order.ts';
import { runImageCandidates } from '../../builder/run-image.ts';
import { systemModules, usedModules } from '../../builder/unused-layers.ts';
import type { BuildpackLocator } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import { shownUrl } from '../../network/index.ts';
import type { Ports, Reach } from '../../ports/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { type FetchedDependency, usableDependencies } from '../dependencies/lock-buildpacks.ts';
import { bring, type Brought, imageOf } from './brought-buildpacks.ts';
import type { ArchiveNeed, ImageNeed } from './need.ts';
import { Notes, type Side, type Unread } from './notes.ts';
import { type ImageSupply, type Wanted, wantedImage } from './wanted.ts';

/** What a look at the builder, the run image and all buildpacks has found. */
export interface Found {
  /** What has to be carried over. */
  readonly carried: readonly (ImageNeed | ArchiveNeed)[];
  readonly dependencies: readonly FetchedDependency[];
  readonly unread: readonly Unread[];
}

export interface LookContext {
  readonly supply: ImageSupply;
  readonly side: Side;
  readonly reach: Pick<Reach, 'allows'>;
  /** A directory for buildpacks that are archives. */
  readonly scratch: string;
  readonly ports: Ports & { readonly registry: RegistryReader };
}

/**
 * Looks at everything that a build reads before it runs.
 *
 * @throws BuildpacksError when something can't be read for another reason than that it is outside, InputError when an input names no buildpack
 */
export async function lookAt(request: CompleteRequest, context: LookContext): Promise<Found> {
  const { builder: source, platform } = request;
  const { supply, side, ports } = context;
  const notes = new Notes(side);
  const wanted = wantedImage('builder', source.kind === 'registry' ? [source.reference] : [], supply);
  const builder = await notes.attempt(wanted, () => resolveBuilder(request, ports.registry, ports));
  await lookAtRunImage(request, builder, { ...context, notes });
  const brought = await bringAll(request, builder, { ...context, notes });
  const isUsed = usedBy(request, builder, brought);
  const own =
    builder && (await notes.attempt(wanted, () => readBuildpackDescriptions(builder.provided.image, ports, isUsed)));
  const others = brought.flatMap(({ found }) => found?.buildpacks ?? []);
  const buildpacks = [...(own ?? []), ...others.filter(isUsed)];
  const dependencies = usableDependencies(buildpacks, platform, builder?.builder.stackId);
  return { carried: notes.needs, dependencies, unread: notes.unread };
}

/** A builder that could not be read names none. */
async function lookAtRunImage(
  { runImage: override, platform }: CompleteRequest,
  builder: ResolvedBuilder | undefined,
  { supply, notes, ports }: Pick<LookContext, 'supply' | 'ports'> & { readonly notes: Notes },
): Promise<void> {
  if (override === undefined && builder === undefined) return;
  const runImages = builder?.builder.runImages ?? [];
  const request = { platform, ...optional('override', override) };
  const names = runImageCandidates({ runImages, ...request }).map(({ reference }) => reference);
  await notes.attempt(wantedImage('run-image', names, supply), () =>
    resolveRunImage({ runImages }, request, ports.registry, ports.log),
  );
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
      const found = await notes.attempt(wantedFor(locator, builder, context), () =>
        bring(locator, input, { ...context, platform, builder: builder?.builder }),
      );
      lines.push({ input, found });
    }
  }
  return lines;
}

/** What a locator has us read that is not on this machine. */
function wantedFor(
  locator: BuildpackLocator,
  builder: ResolvedBuilder | undefined,
  { supply, reach }: Pick<LookContext, 'supply' | 'reach'>,
): Wanted | undefined {
  if (locator.kind === 'url') {
    const url = new URL(locator.url);
    const need = { kind: 'archive', uri: shownUrl(url), host: url.hostname } as const;
    return { need, isSupplied: reach.allows(url.hostname) };
  }
  const image = imageOf(locator, builder?.builder);
  return wantedImage('buildpack', image === undefined ? [] : [image], supply);
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
