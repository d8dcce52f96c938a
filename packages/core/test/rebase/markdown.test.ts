import { describe, expect, it } from 'vitest';
import { rebaseMarkdown } from '../../src/rebase/index.ts';
import type { ImageReport, RebaseReport } from '../../src/rebase/report.ts';
import { sha } from './images.ts';

const NAME = { repository: 'r.example/app', tags: ['1', 'latest'] };
const RUN_IMAGE = { name: 'r.example/run:1', from: `r.example/run@${sha('old')}`, to: `r.example/run@${sha('new')}` };
const OUTDATED: ImageReport = {
  ...NAME,
  state: 'outdated',
  before: sha('before'),
  after: sha('after'),
  platforms: [
    {
      platform: 'linux/amd64',
      before: sha('before'),
      after: sha('after'),
      runImage: RUN_IMAGE,
      decisions: ['the recorded name stays'],
    },
  ],
  droppedAttestations: [],
};
const REFUSED: ImageReport = {
  ...NAME,
  state: 'refused',
  violations: [{ rule: 'platform', message: 'it is for arm64', hint: 'Name another.', isForceable: true }],
};
const FAILED: ImageReport = { ...NAME, state: 'failed', code: 'denied', message: 'no right', hint: 'Log in.' };

function markdown(report: Partial<RebaseReport>): string {
  return rebaseMarkdown({
    schemaVersion: 1,
    mode: 'rebase',
    images: [],
    leftOut: [],
    runImages: [],
    traffic: { requests: 1, bytesUp: 0, bytesDown: 0 },
    milliseconds: 1,
    ...report,
  });
}

describe('the Markdown of a rebase', () => {
  it.each([
    ['check', 'A check: nothing was changed.'],
    ['dry-run', 'A dry run: nothing was changed.'],
  ] as const)('says that it was a %s', (mode, words) => {
    expect(markdown({ mode })).toContain(words);
  });

  it('says nothing of a mode that changes images', () => {
    expect(markdown({ mode: 'rebase' })).not.toContain('nothing was changed');
  });

  it('has whole digests of what changes, and short ones of the run images', () => {
    const before = sha('old').slice(0, 19);
    const after = sha('new').slice(0, 19);
    expect(markdown({ images: [OUTDATED] })).toContain(
      `| \`r.example/app:1,latest\` | outdated | \`${sha('before')}\` | \`${sha('after')}\` | \`linux/amd64: ${before} -> ${after}\` | \`the recorded name stays\` |`,
    );
  });

  it('has whole digests of run images, once for all images', () => {
    const runImages = [{ ...RUN_IMAGE, platform: 'linux/amd64', packages: { state: 'none' } as const }];
    expect(markdown({ runImages })).toContain(
      `| \`r.example/run:1\` | \`linux/amd64\` | \`${sha('old')}\` | \`${sha('new')}\` |`,
    );
  });

  it.each([
    ['the rule that refuses an image', REFUSED, '`platform: it is for arm64`<br>`Name another.`'],
    ['what went wrong with an image', FAILED, '`no right`<br>`Log in.`'],
  ])('tells %s, and what to do', (_, image, words) => {
    expect(markdown({ images: [image] })).toContain(words);
  });

  it('tells the packages that change, the first sixty of a run image', () => {
    const changes = Array.from({ length: 200 }, (_, index) => ({
      kind: 'changed' as const,
      name: `p${index}`,
      before: '1',
      after: '2',
    }));
    const runImages = [{ ...RUN_IMAGE, platform: 'linux/amd64', packages: { state: 'compared', changes } as const }];
    const lines = markdown({ runImages }).split('\n');
    expect(lines.filter((line) => line.includes('1 → 2'))).toHaveLength(60);
    expect(lines.at(-3)).toBe('  … and 140 more');
  });

  it('makes nothing of what images say', () => {
    const hostile = '`<script>` @everyone\n|x|';
    const text = markdown({ images: [{ ...FAILED, message: hostile }] });
    expect(text).toContain('`` `<script>` @everyone\\n\\|x\\| ``');
  });
});
