import type { DebianPackages } from './debian.ts';
import { keptLayer, type Layer } from './layer.ts';
import { rootfsItems } from './rootfs.ts';

/** What run image and builder have in common. */
export const STACK_ID = 'buildpacks-ci.bench';
export const SEARCH_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Labels by which buildpacks' targets and the lifecycle know a base image. */
export function distributionLabels({ distribution }: DebianPackages): Readonly<Record<string, string>> {
  return {
    'io.buildpacks.base.distro.name': distribution.name,
    'io.buildpacks.base.distro.version': distribution.version,
    'io.buildpacks.stack.id': STACK_ID,
  };
}

/** The layer of all packages, the same in every image that is made of them. */
export async function packageLayer(name: string, packages: readonly string[]): Promise<Layer> {
  const files = packages.map((file) => file.slice(file.lastIndexOf('/') + 1));
  return keptLayer(name, files, () => rootfsItems(packages));
}
