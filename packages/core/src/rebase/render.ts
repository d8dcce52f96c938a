import { describeLeftOut } from '../catalog/left-out.ts';
import { formatSize } from '../log/size.ts';
import { plainText } from '../log/terminal-text.ts';
import { count } from '../report/columns.ts';
import { formatDuration } from '../report/duration.ts';
import { stableJson } from '../report/stable-json.ts';
import type { Digest } from '../reference/index.ts';
import { changeLines, countChanges } from '../sbom/package-changes.ts';
import { formatName } from './name.ts';
import type { Moved } from './push-rebased.ts';
import {
  type Change,
  type ImageReport,
  type ImageState,
  type PlatformReport,
  type Rebased,
  rebasedPart,
  type RebaseReport,
  type RunImageChange,
  type RunImageReport,
} from './report.ts';

const DIGITS = 12;
/** Of one run image that are named; the JSON has all. */
const MAX_PACKAGES = 20;

/** One line: what became of an image. */
export function describeState(report: ImageReport): string {
  return plainText(stateOf(report));
}

function stateOf(report: ImageReport): string {
  const name = formatName(report);
  switch (report.state) {
    case 'rebased':
      return `${name} rebased: ${oldDigest(report) ?? 'new'} -> ${newDigest(report)}`;
    case 'outdated': {
      const old = oldDigest(report);
      const is = old === undefined ? 'is not there, and' : `is outdated: ${old}`;
      return `${name} ${is} would be ${newDigest(report)}`;
    }
    case 'current':
      return `${name} is up to date`;
    case 'pending':
      return `${name} not begun`;
    case 'skipped':
      return `${name} left out: ${report.reason}`;
    case 'refused':
      return `${name} refused: ${report.violations.map(({ rule }) => rule).join(', ')}`;
    case 'failed':
      return `${name} failed${unmoved(report)}: ${report.message}`;
  }
}

/** The tags that are left, where others have moved. */
function unmoved({ tags, done }: ImageReport & { readonly state: 'failed' }): string {
  const left = tags.filter((tag) => done?.movedTags.every((moved) => moved.tag !== tag));
  return left.length === 0 ? '' : ` for ${left.join(',')}`;
}

/** What the name led to, if to anything: not what the new image is made of, where that was read under another name. */
function oldDigest({ before, target }: Change): string | undefined {
  const was = target === undefined ? before : target.was;
  return was && shortDigest(was);
}

function newDigest({ before, after, target }: Change): string {
  return target === undefined ? shortDigest(after) : `${shortDigest(after)}, made of ${shortDigest(before)}`;
}

/** The report for people, line by line. */
export function renderRebase(report: RebaseReport): readonly string[] {
  return [
    ...report.images
      .filter(isTold)
      .flatMap((image) => [describeState(image), ...details(image).map((line) => plainText(`  ${line}`))]),
    ...report.runImages.flatMap((runImage) => packageLines(runImage, MAX_PACKAGES).map(plainText)),
    ...describeLeftOut(report.leftOut).map(plainText),
    summary(report),
  ];
}

/** What people need not know of each image by itself: the summary has the numbers. */
export function isTold({ state }: ImageReport): boolean {
  return state !== 'current' && state !== 'skipped' && state !== 'pending';
}

/** `3 images: 2 rebased, 1 up to date; …` */
export function summary({ images, traffic, milliseconds }: RebaseReport): string {
  const states = STATES.flatMap(([state, words]) => {
    const number = images.filter((image) => image.state === state).length;
    return number === 0 ? [] : [`${number} ${words}`];
  });
  const moved = movedBy(images);
  const bytes = `${formatSize(moved.mounted.bytes)} mounted, ${formatSize(moved.copied.bytes)} copied`;
  const sent = images.some((image) => rebasedPart(image) !== undefined) ? [bytes] : [];
  const cost = [...sent, count(traffic.requests, 'request'), formatDuration(milliseconds)].join(', ');
  return `${count(images.length, 'image')}: ${states.join(', ') || 'nothing to do'}; ${cost}`;
}

export const STATES: readonly (readonly [ImageState, string])[] = [
  ['rebased', 'rebased'],
  ['outdated', 'outdated'],
  ['current', 'up to date'],
  ['skipped', 'left out'],
  ['refused', 'refused'],
  ['failed', 'failed'],
  ['pending', 'not begun'],
];

/** The layers that all images got. */
function movedBy(images: readonly ImageReport[]): Moved {
  const rebased = images.flatMap((image) => rebasedPart(image) ?? []);
  const add = (which: keyof Moved) => ({
    layers: rebased.reduce((sum, { moved }) => sum + moved[which].layers, 0),
    bytes: rebased.reduce((sum, { moved }) => sum + moved[which].bytes, 0),
  });
  return { mounted: add('mounted'), copied: add('copied') };
}

function details(image: ImageReport): readonly string[] {
  switch (image.state) {
    case 'rebased':
      return [...changeDetails(image), ...aftermath(image)];
    case 'outdated':
      return changeDetails(image);
    case 'refused':
      return image.violations.flatMap(({ rule, message, hint }) => [`${rule}: ${message}`, `  ${hint}`]);
    case 'failed':
      return [...(image.hint === undefined ? [] : [image.hint]), ...(image.done ? partDetails(image.done) : [])];
    case 'current':
    case 'skipped':
    case 'pending':
      return [];
  }
}

/** What was done of an image before it failed. */
function partDetails(done: Rebased): readonly string[] {
  const tags = done.movedTags.map(({ tag }) => tag).join(',');
  return [
    `${tags} moved: ${oldDigest(done) ?? 'new'} -> ${newDigest(done)}`,
    ...changeDetails(done),
    ...aftermath(done),
  ];
}

function changeDetails({ platforms, droppedAttestations }: Change): readonly string[] {
  const stale = droppedAttestations.length;
  return [
    ...platforms.flatMap((platform) => [platformLine(platform), ...platform.decisions]),
    ...(stale === 0 ? [] : [`${count(stale, 'attestation')} of the old images in the index are left out`]),
  ];
}

function platformLine({ platform, runImage }: PlatformReport): string {
  return `${platform}: ${describeChange(runImage)}`;
}

function describeChange({ name, from, to }: RunImageChange): string {
  return `${name}, ${from === undefined ? 'unknown' : shortReference(from)} -> ${shortReference(to)}`;
}

/** What is different in a run image: the numbers, and the first `most` packages. Nothing, where run images don't tell. */
export function packageLines({ packages, platform, ...change }: RunImageReport, most: number): readonly string[] {
  const title = `${describeChange(change)} (${platform})`;
  switch (packages.state) {
    case 'none':
      return [];
    case 'unknown':
      return [`${title}: packages were not compared: ${packages.reason}`];
    case 'compared': {
      const lines = changeLines(packages.changes, most);
      return [`${title}: ${countChanges(packages.changes)}`, ...lines.map((line) => `  ${line}`)];
    }
  }
}

/** What happened to the old image, and what is to be made again. */
function aftermath({ movedTags, attachments, moved }: Rebased): readonly string[] {
  const kept = movedTags.flatMap(({ tag, rollback }) =>
    rollback === undefined ? [] : [`${tag} was kept as ${rollback}`],
  );
  const names = attachments.map(({ name, artifactType }) =>
    artifactType === undefined ? name : `${artifactType} ${name}`,
  );
  return [
    [...describeSum('mounted', moved), ...describeSum('copied', moved)].join(', ') || 'no layer was missing',
    ...kept,
    ...names.map((name) => `belongs to the old image, to be made again: ${name}`),
  ];
}

function describeSum(which: keyof Moved, moved: Moved): readonly string[] {
  const { layers, bytes } = moved[which];
  return layers === 0 ? [] : [`${count(layers, 'layer')} ${which} (${formatSize(bytes)})`];
}

function shortDigest(digest: Digest): string {
  return digest.slice(0, 'sha256:'.length + DIGITS);
}

/** The digest of a reference, if it ends with one. */
export function shortReference(reference: string): string {
  const [, digest] = /@(sha256:[0-9a-f]{12})/.exec(reference) ?? [];
  return digest ?? reference;
}

/** The report for programs; its form has the version `schemaVersion`. */
export function rebaseJson(report: RebaseReport): string {
  return stableJson(report, ['schemaVersion', 'mode', 'images', 'leftOut', 'runImages', 'traffic', 'milliseconds']);
}
