import { codeSpan, table } from '../report/markdown-text.ts';
import { formatName } from './name.ts';
import { shortDigest, STATES, summary } from './render.ts';
import type { ImageReport, RebaseReport } from './report.ts';

/** The report for issues and summaries of jobs: what changed or needs somebody, and the rest as numbers. */
export function rebaseMarkdown(report: RebaseReport): string {
  const rows = report.images
    .filter(({ state }) => state !== 'current' && state !== 'skipped')
    .map((image) => [codeSpan(formatName(image)), wordsOf(image), ...changeCells(image), notes(image)]);
  const lines = rows.length === 0 ? [] : ['', ...table(['Image', 'State', 'Before', 'After', 'Notes'], rows)];
  return `${[summary(report), ...lines].join('\n')}\n`;
}

function wordsOf({ state }: ImageReport): string {
  return STATES.find(([each]) => each === state)?.[1] ?? state;
}

function changeCells(image: ImageReport): readonly string[] {
  if (image.state !== 'rebased' && image.state !== 'outdated') return ['', ''];
  return [codeSpan(shortDigest(image.before)), codeSpan(shortDigest(image.after))];
}

function notes(image: ImageReport): string {
  switch (image.state) {
    case 'rebased':
    case 'outdated':
      return image.platforms
        .flatMap(({ runImage, decisions }) => [runImage.to, ...decisions])
        .map(codeSpan)
        .join(' ');
    case 'refused':
      return image.violations.map(({ rule, message }) => codeSpan(`${rule}: ${message}`)).join(' ');
    case 'failed':
      return codeSpan(image.message);
    case 'current':
    case 'skipped':
      return '';
  }
}
