import { describe, expect, it } from 'vitest';
import { parseFacts } from '../../src/engine/container/detect.ts';

const DOCKER = {
  ServerVersion: '28.2.2',
  OSType: 'linux',
  Architecture: 'x86_64',
  Name: 'here',
  SecurityOptions: ['name=seccomp'],
};
const PODMAN = {
  host: {
    arch: 'arm64',
    os: 'linux',
    hostname: 'here',
    security: { rootless: false, selinuxEnabled: false },
    serviceIsRemote: false,
  },
  version: { Version: '4.3.1' },
};

describe('parseFacts', () => {
  it('reads what Docker says', () => {
    expect(parseFacts('docker', JSON.stringify(DOCKER))).toEqual({
      program: 'docker',
      flavour: 'docker',
      version: '28.2.2',
      architecture: 'amd64',
      sharesFiles: true,
      machine: 'here',
      rootless: false,
    });
  });

  it('reads what Podman says', () => {
    expect(parseFacts('podman', JSON.stringify(PODMAN))).toEqual({
      program: 'podman',
      flavour: 'podman',
      version: '4.3.1',
      architecture: 'arm64',
      sharesFiles: true,
      machine: 'here',
      rootless: false,
    });
  });

  it('recognises Podman behind the name docker', () => {
    expect(parseFacts('docker', JSON.stringify(PODMAN))).toMatchObject({ program: 'docker', flavour: 'podman' });
  });

  it.each([
    ['rootless Docker', { ...DOCKER, SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless'] }],
    ['Docker with a user namespace', { ...DOCKER, SecurityOptions: ['name=userns'] }],
    ['Docker with SELinux', { ...DOCKER, SecurityOptions: ['name=selinux'] }],
    ['rootless Podman', { ...PODMAN, host: { ...PODMAN.host, security: { rootless: true } } }],
    ['Podman with SELinux', { ...PODMAN, host: { ...PODMAN.host, security: { selinuxEnabled: true } } }],
    ['remote Podman', { ...PODMAN, host: { ...PODMAN.host, serviceIsRemote: true } }],
  ])('does not share files: %s', (_, info) => {
    expect(parseFacts('docker', JSON.stringify(info))).toMatchObject({ sharesFiles: false });
  });

  it.each([
    ['docker', { ...DOCKER, SecurityOptions: ['name=rootless'] }],
    ['podman', { ...PODMAN, host: { ...PODMAN.host, security: { rootless: true } } }],
  ] as const)('sees that %s runs without root', (program, info) => {
    expect(parseFacts(program, JSON.stringify(info))).toMatchObject({ machine: 'here', rootless: true });
  });

  it('does not take the machine of a remote Podman for ours, whatever its name', () => {
    const info = { ...PODMAN, host: { ...PODMAN.host, serviceIsRemote: true } };
    expect(parseFacts('podman', JSON.stringify(info))).not.toHaveProperty('machine');
  });

  it.each([
    ['no daemon', { ServerErrors: ['Cannot connect to the Docker daemon'] }, 'Cannot connect to the Docker daemon'],
    ['no daemon and no reason', {}, 'its daemon does not answer'],
    ['Windows containers', { ...DOCKER, OSType: 'windows' }, 'it runs windows containers'],
  ])('says why it can not be used: %s', (_, info, reason) => {
    expect(parseFacts('docker', JSON.stringify(info))).toBe(reason);
  });

  it.each(['', 'null', 'Segmentation fault', '[]'])('knows nothing from %j', (text) => {
    expect(parseFacts('docker', text)).toBeUndefined();
  });
});
