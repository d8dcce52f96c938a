import { describeLeftOut } from '../catalog/left-out.ts';
import { plainText } from '../log/terminal-text.ts';
import { atMost, codeBlock, codeSpan, table } from '../report/markdown-text.ts';
import { formatName } from './name.ts';
import { isTold, packageLines, shortReference, STATES, summary } from './render.ts';
import {
  type ImageReport,
  type PlatformReport,
  type Rebased,
  rebasedPart,
  type RebaseMode,
  type RebaseReport,
  type RunImageReport,
} from './report.ts';

const MODES: Readonly<Record<RebaseMode, string | undefined>> = {
  rebase: undefined,
  'dry-run': 'A dry run: nothing was changed.',
  check: 'A check: nothing was changed.',
};

/** Pairs of run images, packages of one that are named, and lines about all of them; the JSON has all. */
const MAX_RUN_IMAGES = 30;
const MAX_PACKAGES = 60;
const MAX_LINES = 100;

/** The report for issues and summaries of jobs: what changed or needs somebody, and the rest as numbers. All text from outside stands in code. */
export function rebaseMarkdown(report: RebaseReport): string {
  const mode = MODES[report.mode];
  const lines = [
    summary(report),
    ...(mode === undefined ? [] : ['', mode]),
    ...describeLeftOut(report.leftOut).flatMap((line) => ['', codeSpan(line)]),
    ...runImageTable(report.runImages),
    ...packageBlock(report.runImages),
    // Last: where there is too little room, rows of it can be left out.
    ...imageTable(report.images.filter(isTold)),
  ];
  return `${lines.join('\n')}\n`;
}

function imageTable(images: readonly ImageReport[]): readonly string[] {
  if (images.length === 0) return [];
  const rows = images.map((image) => [
    codeSpan(formatName(image)),
    wordsOf(image),
    ...changeCells(image),
    notesOf(image).map(codeSpan).join('<br>'),
  ]);
  return ['', ...table(['Image', 'State', 'Before', 'After', 'Run image', 'Notes'], rows)];
}

function wordsOf({ state }: ImageReport): string {
  return STATES.find(([each]) => each === state)?.[1] ?? state;
}

function changeCells(image: ImageReport): readonly string[] {
  const change = image.state === 'outdated' ? image : rebasedPart(image);
  if (change === undefined) return ['', '', ''];
  const runImages = change.platforms.map(describeRunImage).map(codeSpan).join('<br>');
  return [codeSpan(change.before), codeSpan(change.after), runImages];
}

/** The whole digests are in a table of their own: many images go from one run image to the same other one. */
function describeRunImage({ platform, runImage: { from = 'unknown', to } }: PlatformReport): string {
  return `${platform}: ${shortReference(from)} -> ${shortReference(to)}`;
}

function notesOf(image: ImageReport): readonly string[] {
  switch (image.state) {
    case 'rebased':
      return rebasedNotes(image);
    case 'outdated':
      return image.platforms.flatMap(({ decisions }) => decisions);
    case 'refused':
      return image.violations.flatMap(({ rule, message, hint }) => [`${rule}: ${message}`, hint]);
    case 'failed':
      return [
        image.message,
        ...(image.hint === undefined ? [] : [image.hint]),
        ...(image.done === undefined ? [] : [movedNote(image.done), ...rebasedNotes(image.done)]),
      ];
    case 'current':
    case 'skipped':
    case 'pending':
      return [];
  }
}

function movedNote({ movedTags }: Rebased): string {
  return `moved all the same: ${movedTags.map(({ tag }) => tag).join(',')}`;
}

function rebasedNotes({ platforms, movedTags, attachments }: Rebased): readonly string[] {
  return [
    ...platforms.flatMap(({ decisions }) => decisions),
    ...movedTags.flatMap(({ tag, rollback }) => (rollback === undefined ? [] : [`${tag} was kept as ${rollback}`])),
    ...attachments.map(({ name }) => `belongs to the old image, to be made again: ${name}`),
  ];
}

function runImageTable(runImages: readonly RunImageReport[]): readonly string[] {
  if (runImages.length === 0) return [];
  const rows = runImages
    .slice(0, MAX_RUN_IMAGES)
    .map(({ name, platform, from = 'unknown', to }) => [name, platform, digestIn(from), digestIn(to)].map(codeSpan));
  return ['', ...table(['Run image', 'Platform', 'Before', 'After'], rows)];
}

function digestIn(reference: string): string {
  return /@(.+)$/.exec(reference)?.[1] ?? reference;
}

function packageBlock(runImages: readonly RunImageReport[]): readonly string[] {
  const lines = runImages.flatMap((runImage) => packageLines(runImage, MAX_PACKAGES));
  return lines.length === 0 ? [] : ['', ...codeBlock(atMost(lines, MAX_LINES, plainText))];
}
