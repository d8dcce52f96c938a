import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { digestOfPlan, verifyPlan } from '../../../src/build/staged/plan-digest.ts';

describe('the digest of a plan', () => {
  let prepared: string;
  beforeEach(async () => {
    prepared = await mkdtemp(path.join(tmpdir(), 'staged-'));
    onTestFinished(() => rm(prepared, { recursive: true }));
    await writeFile(path.join(prepared, 'plan.json'), '{}');
  });

  const put = (name: string, text: string) => writeFile(path.join(prepared, name), text);

  it('stays as long as plan and caches do', async () => {
    await put('caches.json', '[]');
    const digest = await digestOfPlan(prepared);
    await put('build.tar.zst', 'something else');
    await expect(verifyPlan(prepared, digest)).resolves.toBeUndefined();
  });

  it.each([
    ['another plan', 'plan.json', '{"a":1}'],
    ['caches where there were none', 'caches.json', '[]'],
  ])('tells %s', async (_case, name, text) => {
    const digest = await digestOfPlan(prepared);
    await put(name, text);
    await expect(verifyPlan(prepared, digest)).rejects.toMatchObject({ code: 'image' });
  });

  it('needs a plan, and says who makes it', async () => {
    await rm(path.join(prepared, 'plan.json'));
    await expect(digestOfPlan(prepared)).rejects.toMatchObject({
      code: 'input',
      hint: expect.stringContaining('prepare makes it') as string,
    });
  });
});
