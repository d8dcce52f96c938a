import { stableJson } from '../report/stable-json.ts';
import type { FleetReport } from './report.ts';

const KEYS = {
  schemaVersion: true,
  created: true,
  components: true,
  labels: true,
  images: true,
  leftOut: true,
  traffic: true,
} as const satisfies Record<keyof FleetReport, true>;

/** What `fleet --json` prints. */
export function fleetJson(report: FleetReport): string {
  return stableJson(report, Object.keys(KEYS));
}
