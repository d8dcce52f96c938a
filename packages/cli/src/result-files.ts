import { rm } from 'node:fs/promises';
import path from 'node:path';
import {
  type BuildResult,
  type InputProblem,
  nearestName,
  rebasedReferences,
  rebaseFigures,
  type RebaseReport,
  writeFileWhole,
} from '@buildpacks-ci/core';
import type { Invocation } from './command.ts';
import { RESULT_OPTION } from './pod-options.ts';

/** The values that each of the two outer stages has. */
export const PREPARED_RESULTS = ['plan-digest'] as const;
export const PUBLISHED_RESULTS = ['image', 'digest', 'base-image-digest', 'cache'] as const;

/** What a rebase has. */
export const REBASE_RESULTS = ['rebased', 'outdated', 'failed', 'references'] as const;

/** A value that a step of a CI gets as a file, exactly: without a line end. */
type ResultName = (typeof PREPARED_RESULTS | typeof PUBLISHED_RESULTS | typeof REBASE_RESULTS)[number];

/** Where one value is wanted; absolute. */
interface ResultFile {
  readonly name: ResultName;
  readonly file: string;
}

/** Reads `--result=NAME=FILE`. */
export function readResultFiles(
  { flags, host }: Invocation,
  names: readonly ResultName[],
): { readonly files: readonly ResultFile[]; readonly problems: readonly InputProblem[] } {
  const files: ResultFile[] = [];
  const problems: InputProblem[] = [];
  for (const text of flags.get(RESULT_OPTION.name) ?? []) {
    const [given = '', ...rest] = text.split('=');
    const file = rest.join('=');
    const name = names.find((each) => each === given);
    if (name !== undefined && file !== '') {
      files.push({ name, file: path.resolve(host.machine.workingDirectory, file) });
      continue;
    }
    const meant = nearestName(given, names) ?? names.join('|');
    problems.push({
      input: RESULT_OPTION.name,
      message: name === undefined ? `"${given}" is no result of this command` : `"${text}" names no file`,
      hint: `Write --${RESULT_OPTION.name}=${meant}=FILE.`,
    });
  }
  return { files, problems };
}

/** Removes what lies in the place of results: an earlier step may have run foreign code. */
export async function clearResults(files: readonly ResultFile[]): Promise<void> {
  for (const { file } of files) await rm(file, { recursive: true, force: true });
}

/** Writes the values that there are; no file stands for a value that there is not. */
export async function writeResults(
  files: readonly ResultFile[],
  values: Readonly<Partial<Record<ResultName, string>>>,
): Promise<void> {
  for (const { name, file } of files) {
    const value = values[name];
    if (value !== undefined) await writeFileWhole(file, [Buffer.from(value)]);
  }
}

/** `image` and `digest` only of an image that is on a registry, so that nobody signs or deploys another. */
export function publishedResults({
  image,
  digest,
  runImage,
  cache,
}: Pick<BuildResult, 'image' | 'digest' | 'runImage' | 'cache'>): Readonly<Partial<Record<ResultName, string>>> {
  return {
    ...(image !== undefined && { image, digest }),
    'base-image-digest': runImage.digest,
    cache: cacheOutcome(cache),
  };
}

/** Tekton has room for 4 KB in all results of a Pod. */
const LARGEST_REFERENCES = 3000;

/** New images as Tekton Chains looks for them, with commas between; none where they are too many, since some would pass for all. */
export function rebaseResults(report: RebaseReport): Readonly<Record<(typeof REBASE_RESULTS)[number], string>> {
  const { rebased, outdated, failed } = rebaseFigures(report);
  const references = rebasedReferences(report).join(',');
  return {
    ...{ rebased: String(rebased), outdated: String(outdated), failed: String(failed) },
    references: references.length > LARGEST_REFERENCES ? '' : references,
  };
}

/** `off` for a build without a layer cache. */
function cacheOutcome(cache: BuildResult['cache']): 'hit' | 'miss' | 'off' {
  if (cache === undefined) return 'off';
  return cache.stores.some(({ restore }) => restore.outcome === 'hit') ? 'hit' : 'miss';
}
