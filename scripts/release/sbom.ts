import { createHash } from 'node:crypto';
import type { BundledPackage } from '../licences.ts';
import type { Version } from './version.ts';

/**
 * The bill of materials of a bundle: CycloneDX 1.6, JSON. What is in it comes from the bundler, which knows what it has taken; npm's own
 * leaves out packages that development needs as well. The same packages give the same bytes, so it has no time in it.
 *
 * @param name of the file that is described
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function renderSbom(name: string, version: Version, packages: readonly BundledPackage[]): string {
  const content = {
    metadata: { component: { type: 'application', name, version, licenses: [{ license: { id: 'Apache-2.0' } }] } },
    components: packages.map(componentOf),
  };
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: uuidOf(JSON.stringify(content)),
    version: 1,
  };
  return `${JSON.stringify({ ...sbom, ...content }, null, 2)}\n`;
}

function componentOf({ name, version, licence }: BundledPackage) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return { type: 'library', 'bom-ref': purl, name, version, licenses: [{ expression: licence }], purl };
}

/** A UUID by content: version 8 of RFC 9562, section 5.8. */
function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${groups.join('-')}`;
}
