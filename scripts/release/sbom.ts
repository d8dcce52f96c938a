import { createHash } from 'node:crypto';
import type { BundledPackage } from '../licences.ts';
import type { Version } from './version.ts';

/** What a bill of materials is about. */
export interface SbomSubject {
  readonly type: 'application' | 'container';
  readonly name: string;
  readonly version: Version;
}

/** One thing that is in it. */
export interface SbomComponent {
  readonly type: 'library';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly { readonly expression: string }[];
  readonly purl: string;
}

/**
 * A bill of materials: CycloneDX 1.6, JSON. The same components give the same bytes, so it has no time in it.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function renderSbom(subject: SbomSubject, components: readonly SbomComponent[]): string {
  const content = {
    metadata: { component: { ...subject, licenses: [{ license: { id: 'Apache-2.0' } }] } },
    components,
  };
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: uuidOf(JSON.stringify(content)),
    version: 1,
  };
  return `${JSON.stringify({ ...sbom, ...content }, null, 2)}\n`;
}

/** Packages of a bundle come from the bundler, which knows what it has taken; npm's own list leaves out what development needs as well. */
export function npmComponent({ name, version, licence }: BundledPackage): SbomComponent {
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
