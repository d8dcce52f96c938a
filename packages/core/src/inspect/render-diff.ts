import { formatSize } from '../log/size.ts';
import { plainText } from '../log/terminal-text.ts';
import { type Change, changeCells } from '../report/changes.ts';
import { alignColumns, alignFacts, count } from '../report/columns.ts';
import { stableJson } from '../report/stable-json.ts';
import { section } from '../report/text.ts';
import type { PackageChanges } from '../sbom/package-changes.ts';
import type { ImageDiff, LayerChange } from './diff.ts';

const KEYS = {
  schemaVersion: true,
  before: true,
  after: true,
  facts: true,
  buildpacks: true,
  processes: true,
  layers: true,
  labels: true,
  environment: true,
  components: true,
  packages: true,
} as const satisfies Record<keyof ImageDiff, true>;

/** What `inspect --diff --json` prints. */
export function diffJson(diff: ImageDiff): string {
  return stableJson(diff, Object.keys(KEYS));
}

/** The differences, one item a line: `+` is in the second image only, `-` in the first only, `~` changed. What images say is made harmless. */
export function renderDiff(diff: ImageDiff): readonly string[] {
  const { before, after, components, packages } = diff;
  const lines = [
    ...alignFacts([
      { name: 'From', values: [`${before.name} ${before.digest}`] },
      { name: 'To', values: [`${after.name} ${after.digest}`] },
    ]),
    ...section('Image', changeLines(diff.facts)),
    ...section('Buildpacks', changeLines(diff.buildpacks)),
    ...section('Processes', changeLines(diff.processes)),
    ...section('Layers', layerLines(diff.layers)),
    ...section('Labels', changeLines(diff.labels)),
    ...section('Environment', changeLines(diff.environment)),
    ...section(
      'Components',
      components.state === 'compared' ? changeLines(components.changes) : [`not compared: ${components.reason}`],
    ),
    ...section('Packages of the run image', packageLines(packages)),
  ];
  const isSame = before.digest === after.digest;
  return [...lines, ...(isSame ? ['', 'They are the same image'] : [])].map(plainText);
}

function changeLines(changes: readonly Change[]): readonly string[] {
  return alignColumns(changes.map(changeCells));
}

function packageLines(packages: PackageChanges): readonly string[] {
  switch (packages.state) {
    case 'compared':
      return changeLines(packages.changes);
    case 'unknown':
      return [`not compared: ${packages.reason}`];
    case 'none':
      return [];
  }
}

function layerLines(layers: readonly LayerChange[]): readonly string[] {
  const told = ({ count: number, size }: LayerChange['added'], sign: string) =>
    number === 0 ? '' : `${sign} ${count(number, 'layer')}, ${formatSize(size)}`;
  return alignColumns(layers.map(({ owner, removed, added }) => [owner, told(removed, '-'), told(added, '+')]));
}
