import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { asRecord, asText, parseJson } from '../packages/core/src/json/json.ts';
import { ROOT } from './bundle.ts';

/** The tool image of the release that `release.json` names, by the digest of its index. */
export async function toolImage(): Promise<string> {
  const release = asRecord(parseJson(await readFile(path.join(ROOT, 'release.json'))));
  const image = asRecord(release?.['toolImage']) ?? {};
  const [repository, digest] = [asText(image['repository']), asText(image['digest'])];
  if (repository === undefined || digest === undefined) throw new Error('release.json names no tool image');
  return `${repository}@${digest}`;
}
