import type { ModuleName } from './module.ts';

/** By id, then by version, numbers as numbers. */
export function compareModules(a: ModuleName, b: ModuleName): number {
  return compareText(a.id, b.id) || compareVersions(a.version, b.version);
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
