import { expect, it } from 'vitest';
import { jobMachine } from '../src/host.ts';

const MACHINE = {
  ...{ uid: 1, gid: 1, home: '/h', architecture: 'amd64' },
  ...{ temporary: '/var/tmp', workingDirectory: '/somewhere' },
};

it.each([
  ['/builds/group/shop', '/var/tmp', { workingDirectory: '/builds/group/shop', temporary: '/var/tmp' }],
  ['/builds/group/shop', '/builds/group/shop', { workingDirectory: '/builds/group/shop', temporary: '/tmp' }],
  ['/builds/group/shop', '/builds/group/shop/tmp', { workingDirectory: '/builds/group/shop', temporary: '/tmp' }],
  [
    '/builds/group/shop',
    '/builds/group/shop.tmp',
    { workingDirectory: '/builds/group/shop', temporary: '/builds/group/shop.tmp' },
  ],
  ['', '/var/tmp', { workingDirectory: '/somewhere', temporary: '/var/tmp' }],
  ['builds', '/var/tmp', { workingDirectory: '/somewhere', temporary: '/var/tmp' }],
])('in the project "%s" with TMPDIR %s', (project, temporary, expected) => {
  expect(jobMachine({ ...MACHINE, temporary }, { CI_PROJECT_DIR: project })).toMatchObject(expected);
});
