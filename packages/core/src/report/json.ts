import { writeFileWhole } from '../files/whole-file.ts';
import type { BuildResult } from './result.ts';
import { stableJson } from './stable-json.ts';

/** All keys of a result, in the order in which people look for them. */
const KEYS = {
  schemaVersion: true,
  image: true,
  digest: true,
  tags: true,
  platform: true,
  builder: true,
  runImage: true,
  previousImage: true,
  lifecycle: true,
  engine: true,
  hermetic: true,
  policies: true,
  buildpacks: true,
  processes: true,
  labels: true,
  annotations: true,
  layers: true,
  outputs: true,
  sbom: true,
  phases: true,
  traffic: true,
  cache: true,
  warnings: true,
} as const satisfies Record<keyof BuildResult, true>;

/** The text of `result.json`, as `docs/result.schema.json` describes it. Equal results give equal bytes. */
export function resultJson(result: BuildResult): string {
  return stableJson(result, Object.keys(KEYS));
}

/** Writes `result.json`; whoever reads the file sees the whole of it or none. */
export async function writeResult(file: string, result: BuildResult): Promise<void> {
  await writeFileWhole(file, [Buffer.from(resultJson(result))]);
}
