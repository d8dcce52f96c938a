import { stringify } from 'yaml';
import type { ImageReference } from '../../reference/index.ts';
import { mirrorName } from '../../mirrors/index.ts';
import { renderToml } from '../../toml/write-toml.ts';
import { compareText } from '../../lock/image-name.ts';
import { type Destination, formatDestination, relocatedHost } from './destination.ts';

/** `lines`: of our input `registry-mirrors`; `registries-conf`: of Podman, Buildah, CRI-O and our input of that name; `openshift`: IDMS and ITMS. */
export const MIRROR_FORMATS = ['lines', 'registries-conf', 'openshift'] as const;
export type MirrorFormat = (typeof MIRROR_FORMATS)[number];

/** A registry, and where its images are in the closed network. */
export interface MirroredRegistry {
  readonly registry: string;
  readonly mirror: string;
}

/**
 * One for each registry that the images come from: what a later bundle brings from it is found without another change. None for the
 * destination's own registry: who makes bundles would decide what its names lead to.
 */
export function mirroredRegistries(
  references: readonly ImageReference[],
  destination: Destination,
): readonly MirroredRegistry[] {
  const foreign = references.filter(({ repository }) => repository.registry !== destination.registry);
  const mirrors = new Map(
    foreign.map(({ repository }) => {
      const [registry = ''] = mirrorName(repository).split('/', 1);
      return [registry, `${formatDestination(destination)}/${relocatedHost(repository)}`];
    }),
  );
  return [...mirrors].sort(([a], [b]) => compareText(a, b)).map(([registry, mirror]) => ({ registry, mirror }));
}

/** The text of a file that tells programs of the mirrors. */
export function mirrorConfig(mirrors: readonly MirroredRegistry[], format: MirrorFormat): string {
  switch (format) {
    case 'lines':
      return mirrors.map(({ registry, mirror }) => `${registry}=${mirror}\n`).join('');
    case 'registries-conf':
      return renderToml({
        registry: mirrors.map(({ registry, mirror }) => ({
          prefix: registry,
          location: registry,
          mirror: [{ location: mirror }],
        })),
      });
    case 'openshift':
      return [
        mirrorSet('ImageDigestMirrorSet', 'imageDigestMirrors', mirrors),
        mirrorSet('ImageTagMirrorSet', 'imageTagMirrors', mirrors),
      ].join('---\n');
  }
}

/** openshift/api, `config/v1`. */
function mirrorSet(kind: string, list: string, mirrors: readonly MirroredRegistry[]): string {
  const items = mirrors.map(({ registry, mirror }) => ({ source: registry, mirrors: [mirror] }));
  const set = {
    apiVersion: 'config.openshift.io/v1',
    kind,
    metadata: { name: 'buildpacks-ci' },
    spec: { [list]: items },
  };
  return stringify(set, { lineWidth: 0 });
}

/** What a file of this name is most likely wanted for. */
export function formatOfFile(file: string): MirrorFormat {
  if (/\.ya?ml$/i.test(file)) return 'openshift';
  return /\.conf$/i.test(file) ? 'registries-conf' : 'lines';
}
