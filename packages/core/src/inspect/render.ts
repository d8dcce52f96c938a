import type { InspectedSbom, Inspection } from './inspect.ts';
import { describeBase } from './base-age.ts';
import type { BaseSummary } from './base-finder.ts';
import { plainText } from '../log/terminal-text.ts';
import { formatPlatform } from '../image/platform.ts';
import { alignColumns, alignFacts, count, type Fact } from '../report/columns.ts';
import { describeOwner } from '../report/owner.ts';
import { formatSize } from '../log/size.ts';
import { stableJson } from '../report/stable-json.ts';
import { listProcesses, section } from '../report/text.ts';

/** An app image's description, one item a line, without colours. What the image says is made harmless. */
export function renderInspection(inspection: Inspection): readonly string[] {
  const lines = [
    ...alignFacts(imageFacts(inspection)),
    ...section('Run image', alignFacts(runImageFacts(inspection))),
    ...section(
      'Buildpacks',
      alignColumns(inspection.buildpacks.map(({ id, version, homepage = '' }) => [id, version, homepage])),
    ),
    ...section('Processes', listProcesses(inspection.processes)),
    ...section('Layers', layerTable(inspection)),
    ...section('SBOM', describeSbom(inspection.sbom)),
    ...section(
      'Labels',
      Object.entries(inspection.labels).map(([name, value]) => `${name}=${value}`),
    ),
  ];
  return lines.map(plainText);
}

const KEYS = {
  schemaVersion: true,
  name: true,
  digest: true,
  mediaType: true,
  platform: true,
  index: true,
  created: true,
  size: true,
  runImage: true,
  stack: true,
  lifecycle: true,
  execEnv: true,
  buildpacks: true,
  processes: true,
  layers: true,
  sbom: true,
  rebasable: true,
  base: true,
  source: true,
  labels: true,
} as const satisfies Record<keyof Inspection, true>;

/** What `inspect --json` prints. Equal images give equal bytes. */
export function inspectionJson(inspection: Inspection): string {
  return stableJson(inspection, Object.keys(KEYS));
}

function imageFacts(inspection: Inspection): readonly Fact[] {
  const { index, lifecycle, source } = inspection;
  return [
    { name: 'Image', values: [inspection.name] },
    // An engine keeps no manifest: it knows an image by the digest of its configuration.
    { name: inspection.name.startsWith('docker://') ? 'Image ID' : 'Digest', values: [inspection.digest] },
    { name: 'Index', values: index === undefined ? [] : [index.digest, ...index.platforms.map(formatPlatform)] },
    { name: 'Platform', values: [formatPlatform(inspection.platform)] },
    { name: 'Created', values: some(inspection.created) },
    { name: 'Size', values: inspection.layers.length > 0 ? [`${formatSize(inspection.size)} compressed`] : [] },
    { name: 'Builder', values: ['unknown: the lifecycle does not record it'] },
    { name: 'Stack', values: some(inspection.stack) },
    { name: 'Launcher', values: some(lifecycle.launcherVersion) },
    { name: 'Platform API', values: some(lifecycle.platformApi) },
    { name: 'Environment', values: some(inspection.execEnv) },
    { name: 'Source', values: source === undefined ? [] : describeSource(source) },
    { name: 'Rebasable', values: [inspection.rebasable ? 'yes' : 'no'] },
  ];
}

/** The values of version and metadata that are text: `commit 1f3a…`, `url https://…`. */
function describeSource({ type, version, metadata }: NonNullable<Inspection['source']>): readonly string[] {
  const facts = Object.entries({ ...version, ...metadata }).filter(([, value]) => typeof value === 'string');
  return [...some(type), ...facts.map(([name, value]) => `${name} ${String(value)}`)];
}

function runImageFacts({ runImage, base }: Inspection): readonly Fact[] {
  const { distribution } = runImage;
  return [
    { name: 'Name', values: some(runImage.name) },
    { name: 'Reference', values: some(runImage.reference) },
    { name: 'Mirrors', values: runImage.mirrors },
    {
      name: 'Distribution',
      values: distribution === undefined ? [] : [[distribution.name, ...some(distribution.version)].join(' ')],
    },
    { name: 'Top layer', values: some(runImage.topLayer) },
    { name: 'Made', values: some(base?.created) },
    { name: 'State', values: base === undefined ? [] : [describeBase(base), ...some(base.reason)] },
    { name: 'Newest', values: base?.state === 'outdated' ? newestLines(base) : [] },
  ];
}

function newestLines({ latest }: BaseSummary): readonly string[] {
  return latest === undefined ? [] : [`${latest.name}@${latest.digest}`, ...some(latest.created)];
}

function layerTable({ layers }: Inspection): readonly string[] {
  const rows = layers.map(({ diffId, owner, size }) => [formatSize(size), describeOwner(owner), diffId]);
  return alignColumns(rows, ['right']);
}

function describeSbom(sbom: InspectedSbom): readonly string[] {
  switch (sbom.state) {
    case 'none':
      return ['none'];
    case 'missing':
      return ['its layer is not there: the image is stored without it'];
    case 'present':
      return [
        count(sbom.files.length, 'file'),
        ...alignColumns(
          sbom.files.map(({ path, size }) => [formatSize(size), path]),
          ['right'],
        ),
      ];
  }
}

function some(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
