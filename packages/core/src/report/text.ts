import { plainText } from '../log/terminal-text.ts';
import { formatPlatform } from '../image/platform.ts';
import { alignColumns, alignFacts, count, type Fact } from './columns.ts';
import { describeCache } from './cache.ts';
import { formatDuration } from './duration.ts';
import { describeOwner } from './owner.ts';
import { pinnedName } from './pinned-name.ts';
import { shownPhases } from './phases.ts';
import type { BuildResult, LayerSummary, OutputSummary, ProcessSummary } from './result.ts';
import { formatSize } from '../log/size.ts';

/** The closing table of a build, one item a line, without colours. What buildpacks named is made harmless. */
export function renderResult(result: BuildResult): readonly string[] {
  const lines = [
    ...alignFacts(resultFacts(result)),
    ...section('Layers', layerTable(result.layers)),
    ...section('Time', timeTable(result)),
    ...section(
      result.warnings.length > 0 ? 'Warnings' : undefined,
      result.warnings.map((warning) => `- ${warning}`),
    ),
  ];
  return lines.map(plainText);
}

function resultFacts(result: BuildResult): readonly Fact[] {
  const { traffic } = result;
  return [
    { name: 'Image', values: result.image === undefined ? [] : [result.image] },
    { name: 'Digest', values: [result.digest] },
    { name: 'Tags', values: result.tags },
    { name: 'Output', values: result.outputs.map(describeOutput) },
    { name: 'Platform', values: [formatPlatform(result.platform)] },
    { name: 'Builder', values: [pinnedName(result.builder)] },
    { name: 'Run image', values: [pinnedName(result.runImage)] },
    { name: 'Previous image', values: result.previousImage === undefined ? [] : [pinnedName(result.previousImage)] },
    { name: 'Lifecycle', values: [`${result.lifecycle.version}, Platform API ${result.lifecycle.platformApi}`] },
    { name: 'Engine', values: [`${result.engine}${result.hermetic === true ? ', hermetic' : ''}`] },
    { name: 'Policies', values: (result.policies ?? []).map(pinnedName) },
    { name: 'Buildpacks', values: result.buildpacks.map(({ id, version }) => `${id}@${version}`) },
    { name: 'Processes', values: listProcesses(result.processes) },
    { name: 'Labels', values: keysOf(result.labels) },
    { name: 'Annotations', values: keysOf(result.annotations) },
    { name: 'SBOM', values: result.sbom.files.length > 0 ? [count(result.sbom.files.length, 'file')] : [] },
    { name: 'Cache', values: (result.cache?.stores ?? []).map(describeCache) },
    {
      name: 'Traffic',
      values: [
        `${count(traffic.requests, 'request')}, ${formatSize(traffic.bytesDown)} down, ${formatSize(traffic.bytesUp)} up`,
      ],
    },
  ];
}

/** Keys only: they tell whether the right ones are there, and values may be long. */
function keysOf(pairs: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.keys(pairs);
}

/** One line for each process: type, whether it is the default one, and what it runs. */
export function listProcesses(processes: readonly ProcessSummary[]): readonly string[] {
  return alignColumns(
    processes.map((process) => [
      process.default ? `${process.type} (default)` : process.type,
      [...process.command, ...process.args].join(' '),
    ]),
  );
}

function describeOutput(output: OutputSummary): string {
  switch (output.kind) {
    case 'registry': {
      const { present, mounted, uploaded } = output.blobs;
      const blobs = [`${uploaded} uploaded`, `${mounted} mounted`, `${present} already there`].join(', ');
      return `registry: ${blobs}; ${formatSize(output.bytesUploaded)} sent`;
    }
    case 'oci':
    case 'oci-archive':
      return `${output.kind}:${output.path}`;
    case 'engine':
      return `${output.engine}: ${output.references.join(', ')}`;
  }
}

const ORIGINS = ['base', 'reused', 'added'] as const;

/** A line with count and size for each origin, and below `added` whose layers are new: what one looks for after a build. */
function layerTable(layers: readonly LayerSummary[]): readonly string[] {
  const rows = ORIGINS.flatMap((origin) => {
    const mine = layers.filter((layer) => layer.origin === origin);
    const total = mine.reduce((sum, { size }) => sum + size, 0);
    const each =
      origin === 'added' ? mine.map((layer) => ['', '', formatSize(layer.size), describeOwner(layer.owner)]) : [];
    return [[origin, String(mine.length), formatSize(total), ''], ...each];
  });
  return layers.length === 0 ? [] : alignColumns(rows, ['left', 'right', 'right']);
}

/** Parts stand indented below their phase. */
function timeTable({ phases }: BuildResult): readonly string[] {
  const rows = shownPhases(phases).map(({ name, part, milliseconds }) => [
    part ? `  ${name}` : name,
    formatDuration(milliseconds),
  ]);
  return alignColumns(rows, ['left', 'right']);
}

/** A heading and its lines, indented; nothing when there is none of them. */
export function section(title: string | undefined, lines: readonly string[]): readonly string[] {
  if (title === undefined || lines.length === 0) return [];
  return ['', title, ...lines.map((line) => `  ${line}`)];
}
