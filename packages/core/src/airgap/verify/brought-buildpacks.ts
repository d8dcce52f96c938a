import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { bringPackage } from '../../build/prepare/buildpacks.ts';
import { readNamedImage } from '../../build/prepare/builder.ts';
import {
  type DescribedBuildpack,
  describeDirectory,
  readBuildpackDescriptions,
} from '../../builder/buildpack-descriptions.ts';
import { type BuildpackModule, type BuildpackPackage, packageFromImage } from '../../builder/buildpack-package.ts';
import { inlineBuildpack } from '../../builder/inline-buildpack.ts';
import type { Builder } from '../../builder/metadata.ts';
import { moduleDirectory } from '../../builder/module.ts';
import type { OrderItem } from '../../builder/order.ts';
import type { Platform } from '../../image/manifest.ts';
import type { BuildpackLocator } from '../../inputs/index.ts';
import type { Ports } from '../../ports/index.ts';
import type { ImageReference } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';

/** What a locator stands for in an order, and what it brings beside the builder's buildpacks. */
export interface Brought {
  readonly item: OrderItem;
  readonly added: readonly BuildpackModule[];
  readonly buildpacks: readonly DescribedBuildpack[];
}

export interface BringContext {
  readonly builder: Builder | undefined;
  readonly platform: Platform;
  /** The caller's, and removed by it. */
  readonly scratch: string;
  readonly ports: Ports & { readonly registry: RegistryReader };
}

/** The image that a locator stands for. A name is one where the builder has no buildpack of that id. */
export function imageOf(locator: BuildpackLocator, builder: Builder | undefined): ImageReference | undefined {
  if (locator.kind === 'image') return locator.reference;
  if (locator.kind !== 'name' || builder?.buildpacks.some(({ id }) => id === locator.id) === true) return undefined;
  return locator.image;
}

/**
 * Looks at what one locator brings.
 *
 * @param input the input's name, for errors
 * @throws BuildpacksError when it can't be read
 */
export async function bring(locator: BuildpackLocator, input: string, context: BringContext): Promise<Brought> {
  switch (locator.kind) {
    case 'builder-order':
      return { item: 'from-builder', added: [], buildpacks: [] };
    case 'on-builder':
      return { item: locator, added: [], buildpacks: [] };
    case 'name': {
      const reference = imageOf(locator, context.builder);
      return reference === undefined
        ? { item: locator, added: [], buildpacks: [] }
        : bringImage(reference, input, context);
    }
    case 'image':
      return bringImage(locator.reference, input, context);
    case 'path':
    case 'url': {
      const found = await bringPackage(locator, input, context);
      return brought(found, await describePackage(found, context.scratch));
    }
    case 'inline': {
      const module = inlineBuildpack(locator);
      return { item: { id: module.id, version: module.version }, added: [module], buildpacks: [] };
    }
  }
}

async function bringImage(
  reference: ImageReference,
  input: string,
  { platform, ports }: BringContext,
): Promise<Brought> {
  const image = await readNamedImage(reference, platform, ports.registry, input);
  return brought(packageFromImage(image), await readBuildpackDescriptions(image, ports));
}

function brought({ main, modules }: BuildpackPackage, buildpacks: readonly DescribedBuildpack[]): Brought {
  return { item: { id: main.id, version: main.version }, added: modules, buildpacks };
}

/** Composite buildpacks fetch nothing themselves. */
async function describePackage({ modules }: BuildpackPackage, scratch: string): Promise<readonly DescribedBuildpack[]> {
  const found: DescribedBuildpack[] = [];
  const folder = await mkdtemp(path.join(scratch, 'buildpack-'));
  for (const module of modules.filter(({ order }) => order === undefined)) {
    const directory = path.join(folder, moduleDirectory(module));
    await module.place(directory);
    found.push(...(await describeDirectory(directory)));
  }
  return found;
}
