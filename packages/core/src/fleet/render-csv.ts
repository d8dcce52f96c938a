import { formatPlatform } from '../image/platform.ts';
import { plainText } from '../log/terminal-text.ts';
import { ageInDays } from '../inspect/base-age.ts';
import { type AppEntry, entryName, type FleetImage, type FleetReport } from './report.ts';

/** What spreadsheets take for the beginning of a formula, also behind blanks, and behind a semicolon where that parts cells. */
const FORMULA = /(^|;)(\s*)(?=[=+\-@])/g;

/**
 * A survey as comma-separated values (RFC 4180): a line of names, then one for each image. Cells that a spreadsheet would calculate begin with an
 * apostrophe.
 * Of texts of images line ends and what a terminal would act upon are shown or left out.
 */
export function fleetCsv(report: FleetReport): string {
  const header = [
    'image',
    'kind',
    'tags',
    'digest',
    'platform',
    'run_image',
    'distribution',
    'base',
    'base_created',
    'base_age_days',
    'latest_base',
    'lifecycle',
    'platform_api',
    'buildpacks',
    'rebasable',
    'built',
    'size_bytes',
    'run_by',
    'components',
    'reason',
    ...report.labels.map((label) => `label:${label}`),
  ];
  const now = Date.parse(report.created);
  const rows = report.images.map((entry) => rowOf(entry, report.labels, now));
  return [header, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function rowOf(entry: FleetImage, labels: readonly string[], now: number): readonly string[] {
  const name = [entryName(entry), entry.kind, entry.tags.join(' '), entry.digest ?? ''];
  const runBy = entry.workloads.map(({ namespace, name: workload }) => `${namespace}/${workload}`).join(' ');
  if (entry.kind === 'app')
    return [...name, ...appCells(entry, runBy, now), ...labels.map((each) => entry.labels[each] ?? '')];
  const platform = entry.kind === 'other' && entry.platform !== undefined ? formatPlatform(entry.platform) : '';
  const empty = Array<string>(12).fill('');
  return [...name, platform, ...empty, runBy, '', entry.reason, ...labels.map(() => '')];
}

function appCells(entry: AppEntry, runBy: string, now: number): readonly string[] {
  const { base, components } = entry;
  const found = components?.state === 'searched' ? components.found : [];
  return [
    formatPlatform(entry.platform),
    entry.runImage ?? '',
    entry.distribution ?? '',
    base.state,
    base.created ?? '',
    String(ageInDays(base, now) ?? ''),
    base.latest === undefined ? '' : `${base.latest.name}@${base.latest.digest}`,
    entry.lifecycle ?? '',
    entry.platformApi ?? '',
    entry.buildpacks.map(({ id, version }) => `${id}@${version}`).join(' '),
    entry.rebasable ? 'yes' : 'no',
    entry.created ?? '',
    String(entry.size),
    runBy,
    found.map(({ name, version = '' }) => `${name}@${version}`).join(' '),
    base.reason ?? '',
  ];
}

function cellOf(text: string): string {
  const safe = plainText(text).replaceAll(FORMULA, "$1'$2");
  return /[",;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
