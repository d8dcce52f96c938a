import { expect, it } from 'vitest';
import { renderRebase } from '../../src/rebase/index.ts';
import type { RebaseReport } from '../../src/rebase/report.ts';

it('nothing that labels say reaches a terminal or the runner of a workflow as a command', () => {
  const hostile = 'a\n::error::b\u001b[31m\u009d0;c\u0007\u202ed';
  const image = { repository: 'registry.example/a', tags: ['1'] };
  const violation = { message: hostile, hint: hostile, isForceable: true };
  const report: RebaseReport = {
    schemaVersion: 1,
    mode: 'rebase',
    images: [
      { ...image, state: 'refused', violations: [{ rule: 'distribution', ...violation }] },
      { ...image, state: 'failed', code: 'image', message: hostile, hint: hostile },
    ],
    runImages: [
      {
        name: hostile,
        to: hostile,
        platform: hostile,
        packages: { state: 'compared', changes: [{ kind: 'added', name: hostile, after: hostile }] },
      },
      { name: 'run', to: 'run', platform: 'linux', packages: { state: 'unknown', reason: hostile } },
    ],
    leftOut: [],
    traffic: { requests: 0, bytesUp: 0, bytesDown: 0 },
    milliseconds: 0,
  };
  const shown = renderRebase(report).join('|');
  expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  expect(shown).toContain(String.raw`a\n::error::b`);
});
