import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/build/plan.ts';
import { localPlan, portablePlan } from '../../../src/build/staged/portable-plan.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** A plan with these places. */
function planIn(project: string): Plan {
  return {
    tags: ['registry.example/app:1'],
    destinations: [
      { kind: 'registry', repository: { registry: 'registry.example', path: 'app' }, tags: ['1'] },
      { kind: 'oci', path: `${project}/out` },
      { kind: 'oci-archive', path: '/elsewhere/app.tar' },
    ],
    cache: { stores: [{ kind: 'dir', path: `${project}/.buildpacks-ci/cache` }, { kind: 'registry' }] },
    sbomDirectory: project,
    reportDirectory: '/builds/another',
  } as unknown as Plan;
}

describe('a plan', () => {
  it('has the places of the job that gets it, and others as they were', () => {
    const plan = portablePlan(planIn('/builds/acme'), '/builds/acme');
    expect(JSON.stringify(plan)).not.toContain('/builds/acme');
    expect(localPlan(plan, '/builds/0/acme')).toEqual(planIn('/builds/0/acme'));
  });

  it('takes no folder for one within another because of its name', () => {
    const plan = { ...planIn('/builds/acme'), sbomDirectory: '/builds/acme-shop' };
    expect(portablePlan(plan, '/builds/acme').sbomDirectory).toBe('/builds/acme-shop');
  });

  it('is refused where a link leads one of its places elsewhere', async () => {
    const project = await temporaryDirectory();
    await symlink('/etc', path.join(project, 'out'));
    const plan = portablePlan(planIn('/builds/acme'), '/builds/acme');
    expect(() => localPlan(plan, project)).toThrow(/out" leads out of the working directory by a link, to "\/etc"/);
  });

  it('may lack every place', () => {
    const plan = { tags: [], destinations: [] } as unknown as Plan;
    expect(localPlan(portablePlan(plan, '/'), '/builds')).toEqual(plan);
  });
});
