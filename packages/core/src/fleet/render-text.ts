import { describeLeftOut } from '../catalog/left-out.ts';
import { formatPlatform } from '../image/platform.ts';
import { formatSize } from '../log/size.ts';
import { plainText } from '../log/terminal-text.ts';
import { alignColumns, count } from '../report/columns.ts';
import { section } from '../report/text.ts';
import { ageInDays, describeBase } from '../inspect/base-age.ts';
import { type AppEntry, entryName, type FleetImage, type FleetReport, isAffected } from './report.ts';
import { describeFleet } from './summary.ts';

/** On what is narrower the rest of a line is left to the terminal. */
const NARROWEST = 24;

/**
 * A survey as tables, one for each base, one item a line, without colours. What images say is made harmless.
 *
 * @param columns the width of the terminal, to which tables are cut and all else is wrapped; absent: neither
 */
export function renderFleet(report: FleetReport, columns?: number): readonly string[] {
  const { images, traffic } = report;
  const apps = images.filter((entry) => entry.kind === 'app');
  const lines = [
    describeFleet(report),
    ...basesOf(apps).flatMap(([base, entries]) => {
      const table = baseTable(entries, report).map((line) => cut(plainText(line), columns));
      return section(base, [...table, ...unknownReasons(entries)]);
    }),
    ...componentSections(report, apps),
    ...section('Not built with buildpacks', namesAndReasons(images, 'other')),
    ...section('Not read', namesAndReasons(images, 'failed')),
    '',
    ...describeLeftOut(report.leftOut),
    `${count(traffic.requests, 'request')}, ${formatSize(traffic.bytesDown)} down`,
  ];
  return lines.flatMap((line) => wrapped(plainText(line), columns));
}

/** By the name of the run image; those that record none come last. */
function basesOf(apps: readonly AppEntry[]): readonly (readonly [string, readonly AppEntry[]])[] {
  const groups = new Map<string, AppEntry[]>();
  for (const app of apps) {
    const base = [app.runImage ?? 'no run image recorded', app.distribution && `(${app.distribution})`];
    const title = base.filter(Boolean).join(' ');
    groups.set(title, [...(groups.get(title) ?? []), app]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function baseTable(entries: readonly AppEntry[], report: FleetReport): readonly string[] {
  const now = Date.parse(report.created);
  const isRun = entries.some(({ workloads }) => workloads.length > 0);
  const header = ['IMAGE', 'BASE', 'AGE', 'LIFECYCLE', ...report.labels, ...(isRun ? ['RUN BY'] : []), 'BUILDPACKS'];
  const rows = entries.map((entry) => [
    shownName(entry),
    [describeBase(entry.base), rolloutOf(entry)].filter(Boolean).join(', '),
    describeAge(entry, now),
    entry.lifecycle ?? '',
    ...report.labels.map((label) => entry.labels[label] ?? ''),
    ...(isRun ? [entry.workloads.map(({ namespace, name }) => `${namespace}/${name}`).join(', ')] : []),
    entry.buildpacks.map(({ id, version }) => `${id}@${version}`).join(', '),
  ]);
  return alignColumns([header, ...rows], ['left', 'left', 'right']);
}

function unknownReasons(entries: readonly AppEntry[]): readonly string[] {
  return [...new Set(entries.flatMap(({ base }) => base.reason ?? []))].map((reason) => `(unknown: ${reason})`);
}

function rolloutOf({ movedTag }: AppEntry): string {
  return movedTag === undefined ? '' : `:${movedTag} is newer: roll out`;
}

/** Other platforms than the usual one are told with the name. */
function shownName(entry: AppEntry): string {
  const platform = formatPlatform(entry.platform);
  const others = entry.tags.length > 1 ? ` (+${count(entry.tags.length - 1, 'tag')})` : '';
  return `${entryName(entry)}${others}${platform === 'linux/amd64' ? '' : ` ${platform}`}`;
}

function describeAge({ base }: AppEntry, now: number): string {
  const days = ageInDays(base, now);
  return days === undefined ? '' : count(days, 'day');
}

function componentSections({ components }: FleetReport, apps: readonly AppEntry[]): readonly string[] {
  if (components.length === 0) return [];
  const rows = apps
    .filter(isAffected)
    .flatMap((app) =>
      (app.components?.state === 'searched' ? app.components.found : []).map(({ name, version, buildpack, layer }) => [
        shownName(app),
        version === undefined ? `${name} (version unknown)` : `${name}@${version}`,
        layer === undefined ? buildpack : `${buildpack}:${layer}`,
      ]),
    );
  const missed = apps.flatMap((app) => {
    const reason = unsearchedReason(app);
    return reason === undefined ? [] : [[shownName(app), reason]];
  });
  return [
    ...section(`With ${components.join(', ')}`, rows.length === 0 ? ['none'] : alignColumns(rows)),
    ...section('Not searched', alignColumns(missed)),
  ];
}

function unsearchedReason({ components }: AppEntry): string | undefined {
  switch (components?.state) {
    case 'none':
      return 'it has no bill of materials';
    case 'missing':
      return 'its bills of materials are not there';
    case 'searched':
      return components.unread.length === 0 ? undefined : `not read: ${components.unread.join(', ')}`;
    case undefined:
      return undefined;
  }
}

function namesAndReasons(images: readonly FleetImage[], kind: 'other' | 'failed'): readonly string[] {
  return alignColumns(images.flatMap((entry) => (entry.kind === kind ? [[entryName(entry), entry.reason]] : [])));
}

/** What a section indents its lines by. */
const INDENT = '  ';

function cut(line: string, columns: number | undefined): string {
  const width = (columns ?? 0) - INDENT.length;
  if (columns === undefined || columns < NARROWEST || line.length <= width) return line;
  return `${line.slice(0, width - 1)}…`;
}

/** Breaks a line at blanks; a word that is longer than the terminal is wide stays whole, so that it can be copied. */
function wrapped(line: string, columns: number | undefined): readonly string[] {
  if (columns === undefined || columns < NARROWEST || line.length <= columns) return [line];
  const begin = Math.max(line.lastIndexOf(' ', columns), 0);
  const at = line.slice(0, begin).trim() === '' ? line.indexOf(' ', columns) : begin;
  if (at === -1) return [line];
  return [line.slice(0, at).trimEnd(), ...wrapped(`${INDENT}${INDENT}${line.slice(at).trimStart()}`, columns)];
}
