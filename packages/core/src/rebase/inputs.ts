import { readFileSync } from 'node:fs';
import path from 'node:path';
import { machineError } from '../errors/index.ts';
import { inputError, Problems } from '../errors/problems.ts';
import { parseImageList } from '../catalog/image-list.ts';
import { parseRegistryImage } from '../catalog/image-name.ts';
import type { ImageSelection } from '../catalog/select-images.ts';
import { readSelectionInputs, type SelectionInputs } from '../catalog/selection-inputs.ts';
import { type ConnectionContext, type ConnectionInputs, readConnectionInputs } from '../inputs/connection.ts';
import { InputReader, type RawInputs } from '../inputs/reader.ts';
import { optional } from '../json/json.ts';
import { type ImagePattern, parseImagePattern, parsePolicySource, type PolicySource } from '../policy/index.ts';
import type { ImageReference } from '../reference/index.ts';
import type { NamedRunImage } from './base-images.ts';
import type { RebaseMode } from './report.ts';
import { parseRollbackTags } from '../catalog/rollback-tag.ts';

/** Which images are rebased, and how. */
export interface RebaseRequest extends ImageSelection {
  readonly mode: RebaseMode;
  /** What images may be put on, of what they record; empty: nothing was said. */
  readonly runImages: readonly RunImagePattern[];
  /** Beside the machine's own. */
  readonly policies: readonly PolicySource[];
  /** In place of what images record. */
  readonly runImage?: NamedRunImage;
  /** Read in the place of the one image, which then only names the result. */
  readonly previousImage?: ImageReference;
  readonly force: boolean;
  /** Only images whose run image was made before so many days. */
  readonly olderThanDays?: number;
  readonly connection: ConnectionInputs;
}

/** Run images that are allowed, and the text that says it. */
export interface RunImagePattern {
  readonly text: string;
  readonly pattern: ImagePattern;
}

/** As the user wrote it; paths are relative to the working directory. */
export interface RebaseInputs extends SelectionInputs, Pick<RebaseRequest, 'mode' | 'force'> {
  readonly images: readonly string[];
  readonly lists: readonly string[];
  readonly runImages: readonly string[];
  readonly policies: readonly string[];
  /** Folders from which no policy is taken. */
  readonly untrusted: readonly string[];
  readonly olderThan: string | undefined;
  readonly keepOldAs: string | undefined;
}

/** What the inputs are read against. */
export interface RebaseContext extends ConnectionContext {
  /** What comes on standard input, for a list called `-`; absent where there is none. */
  readonly readStandardInput?: () => string;
}

/** @throws InputError with every problem there is */
export function parseRebaseInputs(given: RebaseInputs, raw: RawInputs, context: RebaseContext): RebaseRequest {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const images = [
    ...given.images.flatMap((text) => problems.attempt(() => [parseRegistryImage(text)]) ?? []),
    ...readLists(given.lists, context, problems),
  ];
  const selection = readSelectionInputs(given, 'all', problems);
  const runImages = given.runImages.flatMap((text) => readPattern(text, problems));
  const surroundings = { workingDirectory: context.workingDirectory, untrusted: given.untrusted };
  const policies = given.policies.flatMap(
    (text) => problems.attempt(() => [parsePolicySource(text, surroundings)]) ?? [],
  );
  const days = readCount('older-than', given.olderThan?.replace(/d$/, ''), problems);
  const { keepOldAs } = given;
  const rollback = keepOldAs && problems.attempt(() => parseRollbackTags(keepOldAs, context.now));
  const names = readNames(reader, problems);
  const connection = readConnectionInputs(reader, context, problems);
  if (problems.isEmpty) requireSense(given, { images, ...names }, problems);
  problems.throwIfAny();
  const { mode, force } = given;
  return {
    ...{ ...selection, mode, images, runImages, policies, force, connection, ...names },
    ...optional('olderThanDays', days),
    ...optional('rollback', rollback || undefined),
  };
}

function readNames(reader: InputReader, problems: Problems): Pick<RebaseRequest, 'runImage' | 'previousImage'> {
  const [run, previous] = [reader.text('run-image'), reader.text('previous-image')];
  const parsed = (text: string | undefined, input: string) =>
    text === undefined ? undefined : problems.attempt(() => parseRegistryImage(text, input));
  const [runImage, previousImage] = [parsed(run, 'run-image'), parsed(previous, 'previous-image')];
  return {
    ...(run !== undefined && runImage !== undefined && { runImage: { text: run, reference: runImage } }),
    ...optional('previousImage', previousImage),
  };
}

type Names = Pick<RebaseRequest, 'images' | 'runImage' | 'previousImage'>;

function requireSense(given: RebaseInputs, { images, runImage, previousImage }: Names, problems: Problems): void {
  const { prefixes, tags, mode } = given;
  if (images.length === 0 && prefixes.length === 0) {
    problems.report(
      'images',
      'it is missing',
      'Name images, a list of them with "list", or with "all" where to look for them.',
    );
  }
  if (previousImage !== undefined && (images.length !== 1 || prefixes.length > 0)) {
    problems.report('previous-image', 'it is for one image only', 'Name the image that the result is to be.');
  }
  if (tags.length > 0 && prefixes.length === 0) {
    problems.report('tags', 'it is of no use without "all"', 'Images that are named have their tag in the name.');
  }
  if (runImage !== undefined && given.runImages.length > 0) {
    problems.report('run-images', 'it is of no use with "run-image", which alone is used', 'Keep one of them.');
  }
  if (mode !== 'rebase') return;
  for (const { kind, repository } of images) {
    if (kind === 'tag') continue;
    const message = `"${repository.registry}/${repository.path}" is named by its digest, so that no tag could move`;
    problems.report(
      'images',
      message,
      'Name it by its tag, or give it as "previous-image" and name a tag for the result.',
    );
  }
}

const STANDARD_INPUT = '-';

function readLists(files: readonly string[], context: RebaseContext, problems: Problems): readonly ImageReference[] {
  if (files.filter((file) => file === STANDARD_INPUT).length > 1) {
    problems.report('list', 'standard input is named twice', 'Keep one -, and give files otherwise.');
    return [];
  }
  return files.flatMap((file) => problems.attempt(() => readList(file, context)) ?? []);
}

function readList(file: string, { workingDirectory, readStandardInput }: RebaseContext): readonly ImageReference[] {
  if (file === STANDARD_INPUT && readStandardInput !== undefined) {
    return parseImageList(readStandardInput(), 'standard input');
  }
  try {
    return parseImageList(readFileSync(path.resolve(workingDirectory, file), 'utf8'), file);
  } catch (error) {
    const explained = machineError(error);
    throw explained === error ? error : inputError('list', (explained as Error).message);
  }
}

function readPattern(text: string, problems: Problems): readonly RunImagePattern[] {
  const pattern = parseImagePattern(text);
  if (typeof pattern !== 'string') return [{ text, pattern }];
  problems.report('run-images', pattern, 'Write for example registry.example/base/*.');
  return [];
}

function readCount(input: string, text: string | undefined, problems: Problems): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  problems.report(input, `"${text}" is not a whole number`, 'Write digits, such as 7.');
  return undefined;
}
