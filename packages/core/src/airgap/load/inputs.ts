import { inputError, Problems } from '../../errors/problems.ts';
import { type ConnectionContext, readConnectionInputs } from '../../inputs/connection.ts';
import type { ConnectionInputs } from '../../inputs/index.ts';
import { InputReader, type RawInputs } from '../../inputs/reader.ts';
import { parseTargetDirectory, parseTargetFile } from '../../inputs/places.ts';
import { optional } from '../../json/json.ts';
import { type DependencyTarget, dependencyTarget } from '../dependencies/mapping.ts';
import { parseDestination } from './destination.ts';
import { type Digest, isDigest } from '../../reference/index.ts';
import type { LoadRequest } from './load-bundle.ts';
import type { LookRequest } from './look-into-bundle.ts';

/** What is loaded, as the user wrote it; paths are relative to the working directory. */
export interface LoadInputs extends Pick<LoadRequest, 'isRehearsal'> {
  readonly bundle: string | undefined;
  readonly to: string | undefined;
  readonly expect: string | undefined;
  readonly lockFile: string | undefined;
  readonly mirrorConfigs: readonly string[];
  readonly dependenciesTo: string | undefined;
  readonly dependencyUri: string | undefined;
}

/**
 * What is looked into, when no registry is named.
 *
 * @throws InputError with every problem there is
 */
export function parseLookInputs(
  { bundle, expect }: Pick<LoadInputs, 'bundle' | 'expect'>,
  raw: RawInputs,
  context: ConnectionContext,
): LookRequest & { readonly connection: ConnectionInputs } {
  const problems = new Problems();
  requireBundle(bundle, problems);
  const expected = problems.attempt(() => readExpected(expect));
  const connection = readConnectionInputs(new InputReader(raw, problems), context, problems);
  problems.throwIfAny();
  return { bundle: bundle ?? '', ...optional('expected', expected), connection };
}

/** @throws InputError with every problem there is */
export function parseLoadInputs(given: LoadInputs, raw: RawInputs, context: ConnectionContext): LoadRequest {
  const problems = new Problems();
  const to = problems.attempt(() => {
    if (given.to !== undefined) return parseDestination(given.to);
    throw inputError('to', 'it is missing', 'Give the registry of the closed network: host[:port][/path].');
  });
  const { bundle, lockFile: lockText } = given;
  requireBundle(bundle, problems);
  const expected = problems.attempt(() => readExpected(given.expect));
  const dependencies = problems.attempt(() => readTarget(given, context.workingDirectory));
  const lockFile =
    lockText === undefined
      ? undefined
      : problems.attempt(() => parseTargetFile(lockText, context.workingDirectory, 'lock-file'));
  const mirrorConfigs = given.mirrorConfigs.flatMap(
    (text) => problems.attempt(() => [parseTargetFile(text, context.workingDirectory, 'mirror-config')]) ?? [],
  );
  const connection = readConnectionInputs(new InputReader(raw, problems), context, problems);
  problems.throwIfAny();
  return {
    bundle: bundle ?? '',
    to: to ?? { registry: '', path: '' },
    isRehearsal: given.isRehearsal,
    mirrorConfigs,
    ...optional('expected', expected),
    ...optional('lockFile', lockFile),
    ...optional('dependencies', dependencies),
    connection,
  };
}

function requireBundle(bundle: string | undefined, problems: Problems): void {
  if (bundle === undefined) problems.report('bundle', 'it is missing', 'Give a directory, a tar, or one of its parts.');
}

function readExpected(text: string | undefined): Digest | undefined {
  const digest = text?.trim();
  if (digest === undefined || isDigest(digest)) return digest;
  throw inputError('expect', `"${digest}" is not a sha256 digest`, 'Give the sha256:… that bundle has printed.');
}

function readTarget({ dependenciesTo, dependencyUri }: LoadInputs, base: string): DependencyTarget | undefined {
  if (dependenciesTo !== undefined)
    return dependencyTarget(parseTargetDirectory(dependenciesTo, base, 'dependencies-to'), dependencyUri);
  if (dependencyUri === undefined) return undefined;
  throw inputError(
    'dependency-uri',
    'it is of no use without dependencies-to',
    'Name the directory that the files go to.',
  );
}
