import {
  directoryItem,
  fileItem,
  symlinkItem,
  type TarItem,
  treeItems,
} from '../../packages/core/src/archive/index.ts';
import type { Buildpack } from './buildpack.ts';
import { type BuilderOptions, orderOf, resolved, type ResolvedReference, userOf } from './builder-options.ts';
import { keptLayer, type Layer } from './layer.ts';
import { accountItems, EPOCH, type User } from './rootfs.ts';
import type { Tool } from './tools.ts';

const FACTS = { mtime: EPOCH };
const BUILD_CONFIG = 'cnb/build-config/env';

/** The layers that make a build image a builder, in pack's order and with pack's owners and modes. */
export async function builderLayers(
  options: BuilderOptions,
  buildpacks: readonly Buildpack[],
  lifecycle: Tool | undefined,
): Promise<readonly Layer[]> {
  const user = userOf(options);
  const accounts = accountItems(user);
  const files = configurationFiles(options, buildpacks);
  return [
    await keptLayer('build accounts', accounts, () => accounts),
    await keptLayer('dirs', user, () => directoryItems(user)),
    ...(lifecycle === undefined ? [] : [await lifecycleLayer(lifecycle)]),
    ...buildpacks.map(({ layer }) => layer),
    await keptLayer('configuration', files, () => files.map(([name, text]) => fileItem(name, text, FACTS))),
  ];
}

function directoryItems(user: User): readonly TarItem[] {
  const owned = { ...FACTS, uid: user.uid, gid: user.gid };
  const folders = [
    'cnb',
    'cnb/buildpacks',
    'cnb/extensions',
    'platform',
    'platform/env',
    'cnb/build-config',
    BUILD_CONFIG,
  ];
  return [
    ...['workspace', 'layers'].map((name) => directoryItem(name, owned)),
    ...folders.map((name) => directoryItem(name, FACTS)),
  ];
}

async function lifecycleLayer({ name, version, directory }: Tool): Promise<Layer> {
  return keptLayer(`${name} ${version}`, directory.slice(directory.lastIndexOf('/') + 1), () =>
    lifecycleItems(directory),
  );
}

/** Modes by the owner's right to run, so that the umask at the time of building has no say. */
async function* lifecycleItems(directory: string): AsyncGenerator<TarItem> {
  for await (const item of treeItems(directory, { prefix: 'cnb/lifecycle', uid: 0, gid: 0, mtime: EPOCH })) {
    const { type, mode } = item.entry;
    const plain = type === 'file' && (mode & 0o100) === 0;
    yield { ...item, entry: { ...item.entry, mode: type === 'symlink' ? mode : plain ? 0o644 : 0o755 } };
  }
  yield symlinkItem('lifecycle', '/cnb/lifecycle', FACTS);
}

/** Paths and texts of what tells the lifecycle about this builder. */
function configurationFiles(
  options: BuilderOptions,
  buildpacks: readonly Buildpack[],
): readonly (readonly [string, string])[] {
  const { runImage: image, mirrors = [], system } = options;
  const order = orderOf(options, buildpacks).map((group) => `[[order]]\n${references('order.group', group)}`);
  const added = (['pre', 'post'] as const).map((place) =>
    references(`system.${place}.buildpacks`, resolved(system?.[place] ?? [], buildpacks)),
  );
  const names = fields({ image, mirrors });
  return [
    ['cnb/order.toml', order.join('\n')],
    ...(system === undefined ? [] : [['cnb/system.toml', added.join('\n')] as const]),
    ['cnb/stack.toml', `[run-image]\n${names}`],
    ['cnb/run.toml', `[[images]]\n${names}`],
    ...Object.entries(options.buildConfig ?? {}).map(([name, value]) => [`${BUILD_CONFIG}/${name}`, value] as const),
  ];
}

function references(table: string, list: readonly ResolvedReference[]): string {
  return list.map((reference) => `[[${table}]]\n${fields({ ...reference })}`).join('\n');
}

/** JSON's strings, booleans and arrays of strings are TOML's as well. */
function fields(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
    .join('');
}
