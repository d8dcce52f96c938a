import { describe, expect, it } from 'vitest';
import { readJobInputs } from '../../src/inputs.ts';
import { withJobUser } from '../../src/staged/job-user.ts';

describe('the lifecycle runs as', () => {
  it.each([
    ["the builder's own user when we are root", {}, { uid: 0, gid: 0 }, [undefined, undefined]],
    ['we do when the cluster chooses users', {}, { uid: 1_000_660_000, gid: 0 }, ['1000660000', '0']],
    ['the inputs say', { BUILDPACKS_CI_UID: '4711' }, { uid: 1_000_660_000, gid: 0 }, ['4711', undefined]],
  ])('%s', (_case, environment, machine, [uid, gid]) => {
    const { core } = withJobUser(readJobInputs(environment), machine);
    expect([core['uid'], core['gid']]).toEqual([uid, gid]);
  });
});
