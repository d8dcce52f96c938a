import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuildpackModule } from '../../builder/buildpack-package.ts';
import { writeBuildpacksDirectory } from '../../builder/buildpacks-directory.ts';
import type { Builder, RunImageNames } from '../../builder/metadata.ts';
import { type ComposedOrder, composeOrder, type OrderItem, renderOrderToml } from '../../builder/order.ts';
import { renderRunToml } from '../../builder/run-image.ts';
import { systemModules, unusedLayers } from '../../builder/unused-layers.ts';
import { type ConfigFile, configFileName } from '../../lifecycle/environment.ts';
import { renderProjectMetadata, type SourceFacts } from '../../lifecycle/project-metadata.ts';
import type { Ports } from '../../ports/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { ResolvedBuilder } from './builder.ts';
import { type BuildpackContext, resolveBuildpacks } from './buildpacks.ts';
import { openFolder } from './open-folder.ts';
import { gitFacts } from './source-facts.ts';

/** What the configuration directory of a build will hold in place of the builder's own files. */
export interface BuildConfig {
  readonly builder: Builder;
  readonly order: ComposedOrder['order'] | undefined;
  readonly added: readonly BuildpackModule[];
  readonly source: SourceFacts | undefined;
  /** An empty list of system buildpacks instead of the builder's. */
  readonly withoutSystemBuildpacks: boolean;
  readonly runImage: RunImageNames | undefined;
}

/**
 * Resolves the buildpacks that were asked for and composes the order.
 *
 * @throws InputError when one is unknown
 */
export async function planConfig(
  request: CompleteRequest,
  context: BuildpackContext,
): Promise<Omit<BuildConfig, 'runImage'>> {
  const { builder, ports } = context;
  const [buildpacks, pre, post, source] = await Promise.all([
    resolveBuildpacks(request.buildpacks, 'buildpacks', context),
    resolveBuildpacks(request.preBuildpacks, 'pre-buildpacks', context),
    resolveBuildpacks(request.postBuildpacks, 'post-buildpacks', context),
    sourceFacts(request, ports),
  ]);
  const added = [...buildpacks.added, ...pre.added, ...post.added];
  const asked = { buildpacks: buildpacks.items, pre: modulesOf(pre.items), post: modulesOf(post.items) };
  return {
    builder,
    order: composeOrder(builder, asked, added)?.order,
    added,
    source,
    withoutSystemBuildpacks: request.disableSystemBuildpacks,
  };
}

/** `from=builder` means nothing around the builder's own order. */
function modulesOf(items: readonly OrderItem[]): readonly Exclude<OrderItem, string>[] {
  return items.filter((item) => item !== 'from-builder');
}

/** As in pack, what project.toml declares comes before what Git knows. */
async function sourceFacts(request: CompleteRequest, ports: Ports): Promise<SourceFacts | undefined> {
  if (request.sourceMetadata === 'none') return undefined;
  const { version, sourceUrl: url } = request.project ?? {};
  if (version === undefined && url === undefined) return gitFacts(request, ports);
  return { kind: 'project', ...(version !== undefined && { version }), ...(url !== undefined && { url }) };
}

/** The files of ours that the lifecycle is told to read. */
export function overridesOf(config: BuildConfig): readonly ConfigFile[] {
  return [
    ...(config.order === undefined ? [] : (['order'] as const)),
    ...(config.added.length === 0 ? [] : (['buildpacks'] as const)),
    ...(config.source === undefined ? [] : (['projectMetadata'] as const)),
    ...(config.withoutSystemBuildpacks ? (['system'] as const) : []),
    ...(config.runImage === undefined ? [] : (['run'] as const)),
  ];
}

/** The builder, knowing which of its layers this configuration has no use for. */
export function withUnusedLayers(builder: ResolvedBuilder, config: Omit<BuildConfig, 'runImage'>): ResolvedBuilder {
  const { order, added, withoutSystemBuildpacks } = config;
  if (order === undefined) return builder;
  const system = withoutSystemBuildpacks ? [] : systemModules(builder.builder);
  const unused = unusedLayers(builder.provided.image, { order, added, system });
  return unused.size === 0 ? builder : { ...builder, provided: { ...builder.provided, unusedLayers: unused } };
}

/** Writes the configuration directory, readable to the CNB user. */
export async function writeConfig(directory: string, config: BuildConfig): Promise<void> {
  await mkdir(directory, { recursive: true });
  const write = (file: ConfigFile, content: string) => writeFile(path.join(directory, configFileName(file)), content);
  if (config.order !== undefined) await write('order', renderOrderToml(config.order));
  if (config.source !== undefined) await write('projectMetadata', renderProjectMetadata(config.source));
  if (config.runImage !== undefined) await write('run', renderRunToml(config.runImage));
  if (config.withoutSystemBuildpacks) await write('system', '');
  await openFolder(directory);
  if (config.added.length > 0) {
    await writeBuildpacksDirectory(path.join(directory, configFileName('buildpacks')), config.builder, config.added);
  }
}
