import { buffer } from 'node:stream/consumers';
import { fileItem, writeTar } from '../../../packages/core/src/archive/index.ts';
import type { Order } from '../../../packages/core/src/builder/module.ts';
import type { Platform, RawManifest } from '../../../packages/core/src/image/manifest.ts';
import { digestOf, type Repository } from '../../../packages/core/src/reference/index.ts';
import { AMD64, pushImage, type Shelf } from './fixture.ts';

/** A buildpack of version 1 by its id, and what its `buildpack.toml` says beside that; or what a composite one stands for. */
export type Buildpacks = Readonly<Record<string, string | Order>>;

export interface BuilderParts {
  readonly platform?: Platform;
  readonly buildpacks?: Buildpacks;
  readonly order?: Order;
  readonly runImages?: readonly { readonly image: string; readonly mirrors?: readonly string[] }[];
  readonly lifecycle?: string;
  readonly stack?: string;
}

/** An order of groups, each of ids. */
export function orderOf(...groups: readonly (readonly string[])[]): Order {
  return groups.map((ids) => ({ group: ids.map((id) => ({ id, version: '1' })) }));
}

/** `[[metadata.dependencies]]` for everyone, from a host. */
export function fetching(host: string): string {
  return `[[metadata.dependencies]]\nid = "tool"\nversion = "1"\nuri = "https://${host}/tool"\nsha256 = "${'a'.repeat(64)}"\n`;
}

/** A builder that could not build, but has all that is looked at before that. */
export async function pushBuilder(
  shelf: Shelf,
  repository: Repository,
  { platform = AMD64, buildpacks = {}, order = [], runImages = [], lifecycle = '0.21.17', stack = '' }: BuilderParts,
  ...names: readonly string[]
): Promise<RawManifest> {
  const metadata = {
    lifecycle: { version: lifecycle, apis: { platform: { supported: ['0.15'] } } },
    images: runImages,
  };
  const { layers, label } = await layersOf(buildpacks);
  const labels = {
    'io.buildpacks.builder.metadata': JSON.stringify(metadata),
    'io.buildpacks.buildpack.order': JSON.stringify(order),
    'io.buildpacks.buildpack.layers': label,
    ...(stack !== '' && { 'io.buildpacks.stack.id': stack }),
  };
  const env = ['CNB_USER_ID=1001', 'CNB_GROUP_ID=1001'];
  return pushImage(shelf, repository, { platform, layers, labels, env }, ...names);
}

/** A buildpack package, whose main buildpack is the first. */
export async function pushPackage(
  shelf: Shelf,
  repository: Repository,
  buildpacks: Buildpacks,
  ...names: readonly string[]
): Promise<RawManifest> {
  const [id = ''] = Object.keys(buildpacks);
  const { layers, label } = await layersOf(buildpacks);
  const labels = {
    'io.buildpacks.buildpackage.metadata': JSON.stringify({ id, version: '1' }),
    'io.buildpacks.buildpack.layers': label,
  };
  return pushImage(shelf, repository, { layers, labels }, ...names);
}

/** The text of a `buildpack.toml`. */
export function descriptionOf(id: string, more: string): string {
  return `api = "0.10"\n[buildpack]\nid = "${id}"\nversion = "1"\n${more}`;
}

async function layersOf(buildpacks: Buildpacks) {
  const made = await Promise.all(
    Object.entries(buildpacks).map(async ([id, content]) => {
      const text = descriptionOf(id, typeof content === 'string' ? content : '');
      const file = `cnb/buildpacks/${id.replaceAll('/', '_')}/1/buildpack.toml`;
      const layer = await buffer(writeTar([fileItem(file, Buffer.from(text), { mode: 0o644 })]));
      const order = typeof content === 'string' ? {} : { order: content };
      return { layer, entry: [id, { '1': { api: '0.10', layerDiffID: digestOf(layer), ...order } }] as const };
    }),
  );
  return {
    layers: made.map(({ layer }) => layer),
    label: JSON.stringify(Object.fromEntries(made.map(({ entry }) => entry))),
  };
}
