import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseBundleInputs } from '../../src/airgap/bundle/inputs.ts';
import { parseLoadInputs } from '../../src/airgap/load/inputs.ts';
import { lockJson } from '../../src/lock/lock-json.ts';
import { makeTree, problemsOf } from '../inputs/support.ts';
import { SAMPLE_LOCK } from './sample-lock.ts';

/** A working directory with a lock, a folder, and a link that leads nowhere. */
function context() {
  const workingDirectory = makeTree({ 'app.lock.json': lockJson(SAMPLE_LOCK), 'folder/file': '' });
  symlinkSync('loop', path.join(workingDirectory, 'loop'));
  return { environment: {}, workingDirectory, now: 0 };
}

const LOAD = {
  bundle: 'bundle',
  to: 'registry.example',
  expect: undefined,
  lockFile: undefined,
  dependenciesTo: undefined,
  dependencyUri: undefined,
  isRehearsal: false,
  mirrorConfigs: [],
};

const BUNDLE = {
  lockFile: 'app.lock.json',
  output: 'bundle.tar',
  platforms: [],
  since: undefined,
  partSize: undefined,
  dependencies: [],
};

describe('what load writes', () => {
  it('goes where the inputs say', () => {
    const where = context();
    const given = { ...LOAD, lockFile: 'new.json', mirrorConfigs: ['folder/mirrors.conf'] };
    expect(parseLoadInputs(given, {}, where)).toMatchObject({
      lockFile: path.join(where.workingDirectory, 'new.json'),
      mirrorConfigs: [path.join(where.workingDirectory, 'folder/mirrors.conf')],
    });
  });

  it.each([
    ['lock-file', 'no/such/lock.json', { lockFile: 'no/such/lock.json' }],
    ['lock-file', 'folder', { lockFile: 'folder' }],
    ['mirror-config', 'no/mirrors.conf', { mirrorConfigs: ['no/mirrors.conf'] }],
    ['mirror-config', 'folder', { mirrorConfigs: ['app.conf', 'folder'] }],
  ])('is refused by %s before anything is done where it can not be: %s', (input, text, more) => {
    const problems = problemsOf(() => parseLoadInputs({ ...LOAD, ...more }, {}, context()));
    expect(problems).toMatchObject([{ input, message: expect.stringContaining(`"${text}" `) as string }]);
  });
});

describe('the locks of a bundle', () => {
  it('are read, and parts belong to a tar', () => {
    expect(parseBundleInputs({ ...BUNDLE, since: 'app.lock.json', partSize: '2MB' }, {}, context())).toMatchObject({
      lock: SAMPLE_LOCK,
      since: SAMPLE_LOCK,
      output: { kind: 'tar', partSize: 2_000_000 },
    });
  });

  it.each([
    ['lock-file', 'nope.json', 'does not exist', { lockFile: 'nope.json' }],
    ['lock-file', 'folder', 'is a directory', { lockFile: 'folder' }],
    ['lock-file', 'loop', 'can not be read (ELOOP)', { lockFile: 'loop' }],
    ['since', 'nope.json', 'does not exist', { since: 'nope.json' }],
    ['since', 'folder', 'is a directory', { since: 'folder' }],
  ])('are refused under the name of their own input: %s=%s %s', (input, text, reason, more) => {
    const problems = problemsOf(() => parseBundleInputs({ ...BUNDLE, ...more }, {}, context()));
    expect(problems).toMatchObject([{ input, message: `"${text}" ${reason}` }]);
  });
});
