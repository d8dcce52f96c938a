import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { packageFromArchive, packageFromDirectory } from '../../builder/buildpack-files.ts';
import { type BuildpackModule, type BuildpackPackage, packageFromImage } from '../../builder/buildpack-package.ts';
import { inlineBuildpack } from '../../builder/inline-buildpack.ts';
import type { Builder } from '../../builder/metadata.ts';
import type { OrderItem } from '../../builder/order.ts';
import { explainMissing } from '../../builder/resolution.ts';
import { InputError } from '../../errors/index.ts';
import type { Platform } from '../../image/manifest.ts';
import { type BuildpackLocator, publicRegistryHint } from '../../inputs/index.ts';
import { download, shownUrl } from '../../network/index.ts';
import type { Ports } from '../../ports/index.ts';
import { hexOf } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { blaming } from './blame.ts';
import { readNamedImage } from './builder.ts';

/** What a list of locators comes to: entries of an order, and the modules that the builder does not have. */
export interface ResolvedBuildpacks {
  readonly items: readonly OrderItem[];
  readonly added: readonly BuildpackModule[];
}

/** What locators are resolved against. */
export interface BuildpackContext {
  readonly builder: Builder;
  readonly platform: Platform;
  readonly registry: RegistryReader;
  /** Where archives from the web may lie until the build directory is filled. */
  readonly scratch: string;
  readonly ports: Ports;
}

/** No buildpack is larger. */
const MAX_ARCHIVE = 4 * 1024 ** 3;

/**
 * Resolves one input's buildpacks. Of images only labels are read; the layers come when the module is placed.
 *
 * @param input the input's name, for errors
 * @throws InputError when one is unknown or no buildpack
 */
export async function resolveBuildpacks(
  locators: readonly BuildpackLocator[],
  input: string,
  context: BuildpackContext,
): Promise<ResolvedBuildpacks> {
  const resolved = await Promise.all(
    locators.map((locator) => blaming(input, () => resolveLocator(locator, input, context))),
  );
  return { items: resolved.map(({ item }) => item), added: resolved.flatMap(({ added }) => added) };
}

interface ResolvedLocator {
  readonly item: OrderItem;
  readonly added: readonly BuildpackModule[];
}

async function resolveLocator(
  locator: BuildpackLocator,
  input: string,
  context: BuildpackContext,
): Promise<ResolvedLocator> {
  const { builder, platform, registry } = context;
  switch (locator.kind) {
    case 'builder-order':
      return { item: 'from-builder', added: [] };
    case 'on-builder':
      return { item: locator, added: [] };
    case 'name': {
      if (builder.buildpacks.some(({ id }) => id === locator.id)) return { item: locator, added: [] };
      if (locator.image === undefined) throw unknownBuildpack(locator, input, builder);
      return brought(packageFromImage(await readNamedImage(locator.image, platform, registry, input)));
    }
    case 'image':
      return brought(packageFromImage(await readNamedImage(locator.reference, platform, registry, input)));
    case 'path':
    case 'url':
      return brought(await bringPackage(locator, input, context));
    case 'inline': {
      const module = inlineBuildpack(locator);
      return { item: { id: module.id, version: module.version }, added: [module] };
    }
  }
}

/**
 * Reads a buildpack that is a directory or an archive; one from the web is fetched.
 *
 * @throws InputError when it is none
 */
export async function bringPackage(
  locator: Extract<BuildpackLocator, { kind: 'path' | 'url' }>,
  input: string,
  context: Pick<BuildpackContext, 'platform' | 'scratch' | 'ports'>,
): Promise<BuildpackPackage> {
  if (locator.kind === 'path' && locator.is === 'directory') return packageFromDirectory(locator.path);
  const file = locator.kind === 'path' ? locator.path : await fetchArchive(locator, input, context);
  return packageFromArchive(file, context.platform);
}

async function fetchArchive(
  { url, digest }: Extract<BuildpackLocator, { kind: 'url' }>,
  input: string,
  { scratch, ports }: Pick<BuildpackContext, 'scratch' | 'ports'>,
): Promise<string> {
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const target = path.join(scratch, hexOf(digest));
  ports.log.info(`Fetching ${shownUrl(new URL(url))}`);
  const file = { url: new URL(url), digest, target, maxBytes: MAX_ARCHIVE };
  await blaming(input, () => download(file, ports), ['image', 'registry', 'denied']);
  return target;
}

function unknownBuildpack(
  locator: Extract<BuildpackLocator, { kind: 'name' }>,
  input: string,
  { name, buildpacks }: Builder,
): InputError {
  const { message, hint } = explainMissing(locator, [], buildpacks, name);
  const image = publicRegistryHint(locator.text);
  return new InputError([{ input, message, hint: image === undefined ? hint : `${hint} ${image}` }]);
}

function brought({ main, modules }: BuildpackPackage): ResolvedLocator {
  return { item: { id: main.id, version: main.version }, added: modules };
}
