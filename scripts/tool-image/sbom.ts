import { npmComponent, renderSbom, type SbomComponent } from '../release/sbom.ts';
import type { Version } from '../release/version.ts';
import type { Architecture } from './architecture.ts';
import { nodePackage } from './node-package.ts';
import { LICENCES } from './packages.ts';
import { DEBIAN, type Pins } from './pins.ts';
import type { OwnProgram } from './program-layer.ts';

const OWN_LICENCE = 'Apache-2.0';
const NODE_LICENCE = 'MIT';

/** The bill of materials of the image for one architecture: Debian's packages, Node, and what is in our programs. */
export function imageSbom(
  architecture: Architecture,
  version: Version,
  pins: Pins,
  programs: readonly OwnProgram[],
): string {
  const packages = programs.flatMap((program) => program.packages);
  const bundled = new Map(packages.map((each) => [`${each.name} ${each.version}`, npmComponent(each)]));
  const components = [
    ...Object.entries(pins.packages[architecture]).map(([name, pin]) =>
      debianComponent(name, pin.version, architecture),
    ),
    nodeComponent(nodePackage(architecture).version),
    ...[...bundled].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, component]) => component),
  ];
  return renderSbom({ type: 'container', name: 'buildpacks-ci', version }, components);
}

/** The licences of all that is in the image, one SPDX expression. */
export function imageLicences(programs: readonly OwnProgram[]): string {
  const bundled = programs.flatMap(({ packages }) => packages.map(({ licence }) => licence));
  const all = new Set([OWN_LICENCE, NODE_LICENCE, ...Object.values(LICENCES), ...bundled]);
  return [...all]
    .sort()
    .map((each) => (/ (?:OR|AND) /.test(each) ? `(${each})` : each))
    .join(' AND ');
}

/** @see https://github.com/package-url/purl-spec, type deb */
function debianComponent(name: string, version: string, architecture: Architecture): SbomComponent {
  const distribution = `${DEBIAN.name}-${DEBIAN.version}`;
  const purl = `pkg:deb/${DEBIAN.name}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=${distribution}`;
  return component(name, version, LICENCES[name] ?? '', purl);
}

function nodeComponent(version: string): SbomComponent {
  return component('node', version, NODE_LICENCE, `pkg:generic/node@${version}`);
}

function component(name: string, version: string, licence: string, purl: string): SbomComponent {
  return { type: 'library', 'bom-ref': purl, name, version, licenses: [{ expression: licence }], purl };
}
