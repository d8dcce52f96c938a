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
import { type AppEntry, entryName, type FleetImage, type FleetReport, summarizeFleet } from './report.ts';

/** Foreign text that is longer is cut: one image must not make the page unreadable. */
const LONGEST = 400;
/** Components of one image that are told; a search for `*` would else make a page of megabytes. */
const MAX_COMPONENTS = 50;

/** A survey as one HTML page that works without a network: tables of images that can be searched and sorted. */
export function fleetPage(report: FleetReport): string {
  const tables = [imageTable(report), restTable(report)].filter(({ rows }) => rows.length > 0);
  const { images, outdated, affected, unsearched, failed } = summarizeFleet(report);
  const searched = report.components.length === 0 ? [] : [`${affected} with ${report.components.join(', ')}`];
  const parts = [
    `${count(images, 'image')} built with buildpacks`,
    `${outdated} on an outdated base`,
    ...searched,
    ...(unsearched > 0 ? [`${unsearched} not searched`] : []),
    ...(failed > 0 ? [`${failed} not read`] : []),
  ];
  const leftOut = describeLeftOut(report.leftOut).map((line) => `${shown(line)}. `);
  return renderPage({
    title: 'Images and their bases',
    summary: `${parts.join(', ')}. ${leftOut.join('')}As of ${report.created}.`,
    body: tables.map(tablePlace).join('\n'),
    data: tables.map(tableData),
    scripts: [TABLE_SCRIPT],
  });
}

function imageTable(report: FleetReport): PageTable {
  const apps = report.images.filter((entry) => entry.kind === 'app');
  const isRun = apps.some(({ workloads }) => workloads.length > 0);
  const isSearched = report.components.length > 0;
  const now = Date.parse(report.created);
  const hasAges = apps.some(({ base }) => ageInDays(base, now) !== undefined);
  const columns: readonly TableColumn[] = [
    { title: 'Image', kind: 'wide' },
    ...(isSearched ? [{ title: 'Components', kind: 'wide' } as const] : []),
    { title: 'Platform', kind: 'text' },
    { title: 'Base', kind: 'choice' },
    { title: 'Run image', kind: 'wide' },
    ...(hasAges ? [{ title: 'Days old', kind: 'number' } as const] : []),
    { title: 'Lifecycle', kind: 'text' },
    { title: 'Buildpacks', kind: 'wide' },
    ...report.labels.map((title): TableColumn => ({ title: shown(title), kind: 'text' })),
    ...(isRun ? [{ title: 'Run by', kind: 'wide' } as const] : []),
  ];
  const rows = apps.map((app): readonly TableCell[] => [
    names(app),
    ...(isSearched ? [componentTexts(app)] : []),
    formatPlatform(app.platform),
    app.movedTag === undefined
      ? describeBase(app.base)
      : [describeBase(app.base), `:${shown(app.movedTag)} is newer: roll out`],
    texts([app.runImage, app.distribution]),
    ...(hasAges ? [ageInDays(app.base, now) ?? null] : []),
    shown(app.lifecycle ?? ''),
    texts(app.buildpacks.map(({ id, version }) => `${id}@${version}`)),
    ...report.labels.map((label) => shown(app.labels[label] ?? '')),
    ...(isRun ? [texts(app.workloads.map(({ namespace, name }) => `${namespace}/${name}`))] : []),
  ]);
  const marks = { current: 'good', outdated: 'bad', unknown: 'doubt' } as const;
  return { id: 'images', caption: 'Built with buildpacks', columns, rows, marks };
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
