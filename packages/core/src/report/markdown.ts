import { formatPlatform } from '../image/platform.ts';
import { describeCache } from './cache.ts';
import { alignColumns, count } from './columns.ts';
import { formatDuration } from './duration.ts';
import { atMost, codeBlock, codeSpan, table } from './markdown-text.ts';
import { describeOwner } from './owner.ts';
import { pinnedName } from './pinned-name.ts';
import { shownPhases } from './phases.ts';
import type { BuildResult, LayerSummary } from './result.ts';
import { formatSize } from '../log/size.ts';

/** What a CI knows beside the result. */
export interface MarkdownExtras {
  /** How many packages the bills of materials list. */
  readonly components?: number;
  /** The inputs that were given, without secrets. */
  readonly inputs?: readonly { readonly name: string; readonly value: string }[];
}

/** So many rows of each kind: with cells of limited length the whole stays far below the mebibyte that GitHub takes. */
const MOST = { tags: 50, buildpacks: 50, processes: 30, layers: 100, inputs: 60, lines: 8, warnings: 50 };

/** Characters of the longest bar. */
const BAR = 32;

/** A page about a build in GitHub's Markdown. All text from outside stands in code, where it can't be anything but text. */
export function renderMarkdown(result: BuildResult, { components, inputs = [] }: MarkdownExtras = {}): string {
  const title = result.image ?? 'Image, not published';
  const lines = [
    `### ${result.image === undefined ? title : codeSpan(title)}`,
    '',
    ...table(['', ''], factRows(result, components)),
    ...section('Layers', layerTable(result.layers)),
    ...section('Time', codeBlock(timeBars(result))),
    ...section(
      'Warnings',
      result.warnings.length === 0 ? [] : codeBlock(atMost(result.warnings, MOST.warnings, String)),
    ),
    ...inputList(inputs),
  ];
  return `${lines.join('\n')}\n`;
}

function factRows(result: BuildResult, components: number | undefined): readonly (readonly string[])[] {
  const size = result.layers.reduce((sum, layer) => sum + layer.size, 0);
  const facts: readonly (readonly [string, readonly string[]])[] = [
    ['Digest', [codeSpan(result.digest)]],
    ['Tags', atMost(result.tags, MOST.tags, codeSpan)],
    ['Platform', [codeSpan(formatPlatform(result.platform))]],
    ['Size', [`${formatSize(size)} in ${count(result.layers.length, 'layer')}`]],
    ['Builder', [codeSpan(pinnedName(result.builder))]],
    ['Run image', [codeSpan(pinnedName(result.runImage))]],
    ['Buildpacks', atMost(result.buildpacks, MOST.buildpacks, ({ id, version }) => codeSpan(`${id}@${version}`))],
    [
      'Processes',
      atMost(result.processes, MOST.processes, (process) =>
        codeSpan(process.default ? `${process.type} (default)` : process.type),
      ),
    ],
    ['Cache', (result.cache?.stores ?? []).map((store) => codeSpan(describeCache(store)))],
    ['SBOM', describeSbom(result, components)],
  ];
  return facts.flatMap(([name, values]) => (values.length === 0 ? [] : [[name, values.join('<br>')]]));
}

function describeSbom({ sbom }: BuildResult, components: number | undefined): readonly string[] {
  if (sbom.files.length === 0) return [];
  const files = count(sbom.files.length, 'file');
  return [components === undefined ? files : `${count(components, 'package')} in ${files}`];
}

/** The run image's layers are one row: nobody looks for them one by one. */
function layerTable(layers: readonly LayerSummary[]): readonly string[] {
  if (layers.length === 0) return [];
  const base = layers.filter(({ origin }) => origin === 'base');
  const own = layers.filter(({ origin }) => origin !== 'base');
  const baseSize = base.reduce((sum, { size }) => sum + size, 0);
  const rest = own.slice(MOST.layers);
  return table(
    ['Layer', 'Size', ''],
    [
      [`run image, ${count(base.length, 'layer')}`, formatSize(baseSize), 'base'],
      ...own
        .slice(0, MOST.layers)
        .map(({ owner, size, origin }) => [
          codeSpan(describeOwner(owner)),
          formatSize(size),
          origin === 'added' ? '**new**' : origin,
        ]),
      ...(rest.length === 0 ? [] : [[`… and ${rest.length} more`, '', '']]),
    ],
    [1],
  );
}

/** A bar for each phase and its parts, the longest one as long as may be. */
function timeBars({ phases }: BuildResult): readonly string[] {
  const shown = shownPhases(phases);
  const longest = Math.max(1, ...shown.map(({ milliseconds }) => milliseconds));
  const rows = shown.map(({ name, part, milliseconds }) => [
    part ? `  ${name}` : name,
    formatDuration(milliseconds),
    (part ? '░' : '█').repeat(Math.round((milliseconds / longest) * BAR)),
  ]);
  return alignColumns(rows, ['left', 'right']);
}

function inputList(inputs: MarkdownExtras['inputs'] = []): readonly string[] {
  if (inputs.length === 0) return [];
  const rows = inputs
    .slice(0, MOST.inputs)
    .map(({ name, value }) => [codeSpan(name), atMost(value.split('\n'), MOST.lines, codeSpan).join('<br>')]);
  return ['', '<details><summary>Inputs</summary>', '', ...table(['Input', 'Value'], rows), '', '</details>'];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `#### ${title}`, '', ...lines];
}
