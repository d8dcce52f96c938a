import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asArray, asRecord, asText, parseJson } from '../../packages/core/src/json/json.ts';
import { go } from './go.ts';

interface Module {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  /** As in `go.sum`. */
  readonly sum: string | undefined;
}

interface Program {
  readonly name: string;
  readonly version: string;
  readonly goVersion: string;
  readonly modules: readonly Module[];
}

/** Nothing in these files may depend on when they were made. */
const CREATED = '1980-01-01T00:00:01Z';
const MAKER = 'buildpacks-ci-bench';

/**
 * Writes `<program>.sbom.{cdx,spdx,syft}.json` beside a Go program: the modules that it was built from, as the program
 * itself tells. A lifecycle release has these files, and the exporter copies the launcher's into every image.
 */
export async function writeSboms(file: string, version: string): Promise<void> {
  const program = await readProgram(file, version);
  const documents = { cdx: cycloneDx(program), spdx: spdx(program), syft: syft(program) };
  for (const [format, document] of Object.entries(documents)) {
    await writeFile(`${file}.sbom.${format}.json`, `${JSON.stringify(document, undefined, 1)}\n`);
  }
}

async function readProgram(file: string, version: string): Promise<Program> {
  const info = asRecord(parseJson(await go(['version', '-m', '-json', file])));
  const modules = [info?.['Main'], ...asArray(info?.['Deps'])].map((dependency) => {
    const found = asRecord(asRecord(dependency)?.['Replace']) ?? asRecord(dependency);
    const name = asText(found?.['Path']) ?? '';
    const release = asText(found?.['Version']) ?? '';
    return { name, version: release, purl: `pkg:golang/${name}@${release}`, sum: asText(found?.['Sum']) };
  });
  if (modules.length < 2) throw new Error(`${file} does not say which modules it was built from`);
  return { name: path.basename(file), version, goVersion: asText(info?.['GoVersion']) ?? '', modules };
}

/** CycloneDX 1.6, JSON. */
function cycloneDx({ name, version, modules }: Program): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', name: MAKER }] },
      component: { type: 'application', 'bom-ref': name, name, version },
    },
    components: modules.map((module) => ({
      type: 'library',
      'bom-ref': module.purl,
      name: module.name,
      version: module.version,
      purl: module.purl,
    })),
  };
}

/** SPDX 2.3, JSON. */
function spdx({ name, version, modules }: Program): object {
  const root = 'SPDXRef-Program';
  const packages = modules.map((module, index) => ({
    SPDXID: `SPDXRef-Module-${index}`,
    name: module.name,
    versionInfo: module.version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: module.purl }],
  }));
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://buildpacks-ci.test/${name}/${version}`,
    creationInfo: { created: CREATED, creators: [`Tool: ${MAKER}`] },
    packages: [
      { SPDXID: root, name, versionInfo: version, downloadLocation: 'NOASSERTION', filesAnalyzed: false },
      ...packages,
    ],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: root },
      ...packages.map(({ SPDXID }) => ({
        spdxElementId: root,
        relationshipType: 'DEPENDS_ON',
        relatedSpdxElement: SPDXID,
      })),
    ],
  };
}

/** Syft's own JSON, schema 16. */
function syft({ name, version, goVersion, modules }: Program): object {
  return {
    artifacts: modules.map((module, index) => ({
      id: index.toString(16).padStart(16, '0'),
      name: module.name,
      version: module.version,
      type: 'go-module',
      foundBy: 'go-module-binary-cataloger',
      locations: [{ path: `/${name}`, accessPath: `/${name}` }],
      licenses: [],
      language: 'go',
      cpes: [],
      purl: module.purl,
      metadataType: 'go-module-buildinfo-entry',
      metadata: { goCompiledVersion: goVersion, ...(module.sum !== undefined && { h1Digest: module.sum }) },
    })),
    artifactRelationships: [],
    source: { id: name, name, version, type: 'file', metadata: { path: name } },
    distro: {},
    descriptor: { name: MAKER, version: '1' },
    schema: {
      version: '16.0.0',
      url: 'https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-16.0.0.json',
    },
  };
}
