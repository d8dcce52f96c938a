import { describe, expect, it } from 'vitest';
import { type ErrorCode, exitStatusOf } from '../../src/errors/index.ts';
import { rebaseFailure } from '../../src/rebase/index.ts';
import type { RebaseRule } from '../../src/rebase/refusal.ts';
import type { ImageReport, RebaseMode } from '../../src/rebase/report.ts';
import { sha } from './images.ts';

const NAME = { repository: 'r.example/a', tags: ['1'] };
const CURRENT: ImageReport = { ...NAME, state: 'current', digest: sha('a') };
const PENDING: ImageReport = { ...NAME, state: 'pending' };
const OUTDATED: ImageReport = {
  ...NAME,
  state: 'outdated',
  before: sha('a'),
  after: sha('b'),
  platforms: [],
  droppedAttestations: [],
};
const failed = (code: ErrorCode): ImageReport => ({ ...NAME, state: 'failed', code, message: 'it went wrong' });
const refused = (rule: RebaseRule): ImageReport => ({
  ...NAME,
  state: 'refused',
  violations: [{ rule, message: 'no', hint: 'Leave it.', isForceable: false }],
});

function verdict(mode: RebaseMode, images: readonly ImageReport[]) {
  const failure = rebaseFailure({
    schemaVersion: 1,
    mode,
    images,
    leftOut: [],
    runImages: [],
    traffic: { requests: 0, bytesUp: 0, bytesDown: 0 },
    milliseconds: 0,
  });
  return failure && { status: exitStatusOf(failure), message: failure.message, hint: failure.hint };
}

describe('the exit status', () => {
  it.each<[string, RebaseMode, readonly ImageReport[], number | undefined]>([
    ['nothing to do', 'check', [CURRENT], undefined],
    ['a dry run', 'dry-run', [OUTDATED], undefined],
    ['outdated', 'check', [CURRENT, OUTDATED], 110],
    ['outdated beside what a rule stands against', 'check', [OUTDATED, refused('rebasable')], 110],
    ['outdated beside what a policy stands against', 'check', [OUTDATED, refused('policy')], 110],
    ['outdated beside trouble', 'check', [OUTDATED, failed('temporary')], 111],
    ['outdated beside what does not exist', 'check', [OUTDATED, failed('input')], 2],
    ['outdated beside a broken answer', 'check', [OUTDATED, failed('temporary'), failed('registry')], 1],
    ['trouble beside a rule', 'rebase', [failed('temporary'), refused('distribution')], 111],
    ['a rule', 'rebase', [CURRENT, refused('distribution')], 1],
    ['a rule and a policy', 'rebase', [refused('policy'), refused('distribution')], 1],
    ['a policy alone', 'rebase', [refused('policy')], 112],
    ['an interruption', 'check', [OUTDATED, PENDING, failed('image')], 130],
    ['an interruption in the middle of an image', 'rebase', [failed('cancelled'), failed('image')], 130],
  ])('of %s in a %s', (_, mode, images, status) => {
    expect(verdict(mode, images)?.status).toBe(status);
  });
});

describe('the words', () => {
  it.each<[RebaseMode, readonly ImageReport[], string, RegExp]>([
    ['check', [OUTDATED], 'r.example/a:1 is outdated', /without --check/],
    ['rebase', [refused('distribution')], 'r.example/a:1 refused: distribution', /--exclude/],
    ['rebase', [failed('temporary'), refused('rebasable'), CURRENT], 'of 3 images 1 failed, 1 refused', /left\.$/],
    ['check', [failed('temporary'), OUTDATED, OUTDATED], 'of 3 images 1 failed, 2 outdated', /tells of these too\.$/],
    ['rebase', [PENDING, CURRENT, failed('cancelled')], 'of 3 images 1 interrupted, 1 not begun', /goes on/],
  ])('in a %s', (mode, images, message, hint) => {
    const told = verdict(mode, images);
    expect(told?.message).toContain(message);
    expect(told?.hint).toMatch(hint);
  });

  it('promise no cure for what a rule stands against', () => {
    expect(verdict('rebase', [refused('distribution'), refused('rebasable')])?.hint).not.toMatch(/same command/);
  });
});
