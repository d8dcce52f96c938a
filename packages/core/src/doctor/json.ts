import { stableJson } from '../report/stable-json.ts';
import type { DoctorReport } from './report.ts';

/** All keys of a report, in the order in which people look for them. */
const KEYS = {
  schemaVersion: true,
  proxies: true,
  hosts: true,
  certificates: true,
  mirrors: true,
  images: true,
  build: true,
  engine: true,
  checks: true,
} as const satisfies Record<keyof DoctorReport, true>;

/** What `doctor --json` prints, as `docs/doctor.schema.json` describes it. Equal facts give equal bytes. */
export function doctorJson(report: DoctorReport): string {
  return stableJson(report, Object.keys(KEYS));
}
