import { expect, it } from 'vitest';
import { RunImageReader } from '../../src/catalog/run-image-reader.ts';
import { BasePackages } from '../../src/rebase/base-packages.ts';
import { planRebase } from '../../src/rebase/plan.ts';
import { parseReference } from '../../src/reference/index.ts';
import { app, base } from './images.ts';

const asked = parseReference('run.example/base:1');
const nobody = () => Promise.reject(new Error('nobody is asked'));
const READER = new RunImageReader({ resolve: nobody, source: () => app().image.source } as never);

/** An app on an old run image like no other. */
function edition(number: number) {
  const [old, next] = [app({ layers: [`base-of-${number}`, 'base-2', 'app'] }), base()];
  const plan = planRebase(old, next, { force: false, always: true });
  return {
    platform: 'linux/amd64',
    app: old,
    base: { ...next, repository: asked.repository, asked, digests: [] },
    plan,
  };
}

it('tells of pairs of run images that are too many to be compared', async () => {
  const packages = new BasePackages(READER);
  const editions = Array.from({ length: 203 }, (_, number) => edition(number));
  packages.add(editions);
  packages.add(editions);
  const reports = await packages.compare();
  expect(reports).toHaveLength(203);
  const untold = reports.flatMap(({ packages: found }) => (found.state === 'unknown' ? [found.reason] : []));
  expect(untold).toEqual(Array(3).fill('a run compares no more than 200 pairs of run images'));
});
