import { describeLeftOut } from '../catalog/left-out.ts';
import { renderPage } from '../html/page.ts';
import {
  type PageTable,
  TABLE_SCRIPT,
  type TableCell,
  type TableColumn,
  tableData,
  tablePlace,
} from '../html/table.ts';
import { formatPlatform } from '../image/platform.ts';
import { plainText } from '../log/terminal-text.ts';
import { count } from '../report/columns.ts';
import { ageInDays, describeBase } from '../inspect/base-age.ts';
import { type AppEntry, entryName, type FleetImage, type FleetReport } from './report.ts';
import { describeFleet } from './summary.ts';

/** Foreign text that is longer is cut: one image must not make the page unreadable. */
const LONGEST = 400;
/** Components of one image that are told; a search for `*` would else make a page of megabytes. */
const MAX_COMPONENTS = 50;

/** A survey as one HTML page that works without a network: tables of images that can be searched and sorted. */
export function fleetPage(report: FleetReport): string {
  const tables = [imageTable(report), restTable(report)].filter(({ rows }) => rows.length > 0);
  const leftOut = describeLeftOut(report.leftOut).map((line) => `${shown(line)}. `);
  return renderPage({
    title: 'Images and their bases',
    summary: `${plainText(describeFleet(report))}. ${leftOut.join('')}As of ${report.created}.`,
    body: tables.map(tablePlace).join('\n'),
    data: tables.map(tableData),
    scripts: [TABLE_SCRIPT],
  });
}

function imageTable(report: FleetReport): PageTable {
  const apps = report.images.filter((entry) => entry.kind === 'app');
  const columns = imageColumns(report, apps);
  const marks = { current: 'good', outdated: 'bad', unknown: 'doubt' } as const;
  return {
    id: 'images',
    caption: 'Built with buildpacks',
    columns: columns.map(([column]) => column),
    rows: apps.map((app) => columns.map(([, cellOf]) => cellOf(app))),
    marks,
  };
}

/** A column, and what an image has in it. */
type ImageColumn = readonly [TableColumn, (app: AppEntry) => TableCell];

/** Those that at least one image has something in, and what each image has. */
function imageColumns(report: FleetReport, apps: readonly AppEntry[]): readonly ImageColumn[] {
  const now = Date.parse(report.created);
  const [isRun, isSearched] = [apps.some(({ workloads }) => workloads.length > 0), report.components.length > 0];
  const hasAges = apps.some(({ base }) => ageInDays(base, now) !== undefined);
  const days: ImageColumn = [{ title: 'Days old', kind: 'number' }, ({ base }) => ageInDays(base, now) ?? null];
  return [
    [{ title: 'Image', kind: 'wide' }, names],
    ...(isSearched ? [COMPONENTS] : []),
    [{ title: 'Platform', kind: 'text' }, ({ platform }) => formatPlatform(platform)],
    [{ title: 'Base', kind: 'choice' }, baseCell],
    [{ title: 'Run image', kind: 'wide' }, ({ runImage, distribution }) => texts([runImage, distribution])],
    ...(hasAges ? [days] : []),
    [{ title: 'Lifecycle', kind: 'text' }, ({ lifecycle = '' }) => shown(lifecycle)],
    [
      { title: 'Buildpacks', kind: 'wide' },
      ({ buildpacks }) => texts(buildpacks.map(({ id, version }) => `${id}@${version}`)),
    ],
    ...report.labels.map(labelColumn),
    ...(isRun ? [RUN_BY] : []),
  ];
}

function labelColumn(label: string): ImageColumn {
  return [{ title: shown(label), kind: 'text' }, ({ labels }) => shown(labels[label] ?? '')];
}

const COMPONENTS: ImageColumn = [{ title: 'Components', kind: 'wide' }, componentTexts];
const RUN_BY: ImageColumn = [
  { title: 'Run by', kind: 'wide' },
  ({ workloads }) => texts(workloads.map(({ namespace, name }) => `${namespace}/${name}`)),
];

function baseCell({ base, movedTag }: AppEntry): TableCell {
  return movedTag === undefined ? describeBase(base) : [describeBase(base), `:${shown(movedTag)} is newer: roll out`];
}

function restTable({ images }: FleetReport): PageTable {
  const columns: readonly TableColumn[] = [
    { title: 'Image', kind: 'wide' },
    { title: 'Kind', kind: 'choice' },
    { title: 'Reason', kind: 'wide' },
  ];
  const rows = images.flatMap((entry) =>
    entry.kind === 'app' ? [] : [[names(entry), entry.kind === 'failed' ? 'unread' : 'other', shown(entry.reason)]],
  );
  return { id: 'rest', caption: 'Other images', columns, rows, marks: { unread: 'bad' } };
}

/** All tags, and the beginning of the digest, by which people know an image. */
function names(entry: FleetImage): TableCell {
  const [, ...otherTags] = entry.tags;
  const digest = entry.digest?.slice(0, 'sha256:'.length + 12);
  const isNamed = entry.tags.length > 0;
  return texts([entryName(entry), ...otherTags.map((tag) => `:${tag}`), isNamed ? digest : undefined]);
}

function componentTexts({ components }: AppEntry): TableCell {
  if (components === undefined) return null;
  if (components.state !== 'searched') return 'no bill of materials';
  const { found, unread } = components;
  const told = found.slice(0, MAX_COMPONENTS).map(({ name, version = '?' }) => `${name}@${version}`);
  return texts([
    ...new Set(told),
    found.length > MAX_COMPONENTS ? `and ${found.length - MAX_COMPONENTS} more` : undefined,
    unread.length > 0 ? `${count(unread.length, 'bill')} of materials not read` : undefined,
  ]);
}

function texts(all: readonly (string | undefined)[]): readonly string[] {
  return all.filter((text) => text !== undefined).map(shown);
}

function shown(text: string): string {
  const plain = plainText(text);
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}
