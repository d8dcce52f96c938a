import type { BaseSummary } from '../inspect/base-finder.ts';
import { count } from '../report/columns.ts';
import { type ComponentSearch, type FleetReport, isAffected } from './report.ts';

/** How many images there are of which kind. */
export interface FleetSummary {
  readonly images: number;
  readonly outdated: number;
  /** On a base of which nobody can tell whether it is the newest. */
  readonly unknown: number;
  readonly affected: number;
  /** In which components were looked for and could not all be read. */
  readonly unsearched: number;
  readonly others: number;
  readonly failed: number;
}

export function summarizeFleet({ images }: FleetReport): FleetSummary {
  const apps = images.filter((entry) => entry.kind === 'app');
  const inState = (state: BaseSummary['state']) => apps.filter(({ base }) => base.state === state).length;
  return {
    images: apps.length,
    outdated: inState('outdated'),
    unknown: inState('unknown'),
    affected: apps.filter(isAffected).length,
    unsearched: apps.filter(({ components }) => components !== undefined && !isSearched(components)).length,
    others: images.filter(({ kind }) => kind === 'other').length,
    failed: images.filter(({ kind }) => kind === 'failed').length,
  };
}

/** `3 images with buildpacks: 1 outdated, 2 with log4j-core; 1 not read` */
export function describeFleet(report: FleetReport): string {
  const { images, outdated, unknown, affected, unsearched, others, failed } = summarizeFleet(report);
  const parts = [
    `${outdated} outdated`,
    ...(unknown > 0 ? [`${unknown} ${FINDINGS.unknown}`] : []),
    ...(report.components.length > 0 ? [`${affected} with ${report.components.join(', ')}`] : []),
    ...(unsearched > 0 ? [`${unsearched} ${FINDINGS.unsearched}`] : []),
  ];
  const rest = [
    ...(others > 0 ? [`${others} not built with buildpacks`] : []),
    ...(failed > 0 ? [`${failed} ${FINDINGS.failed}`] : []),
  ];
  return [`${count(images, 'image')} with buildpacks: ${parts.join(', ')}`, ...rest].join('; ');
}

/** In the words of people, behind a number. */
export const FINDINGS = {
  unknown: 'on a base that nobody can tell the newest of',
  unsearched: 'not searched',
  failed: 'not read',
} as const;

function isSearched(components: ComponentSearch): boolean {
  return components.state === 'searched' && components.unread.length === 0;
}
