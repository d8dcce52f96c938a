import { describe, expect, it } from 'vitest';
import { buildDirectory } from '../../src/lifecycle/build-directory.ts';
import type { ContainerFacts } from '../../src/engine/container/client.ts';
import { createArguments, type NewContainer } from '../../src/engine/container/create-arguments.ts';
import type { EngineRun } from '../../src/engine/index.ts';

const FACTS: ContainerFacts = {
  program: 'docker',
  flavour: 'docker',
  version: '28',
  architecture: 'amd64',
  sharesFiles: true,
  rootless: false,
};
const CONTAINER: NewContainer = { name: 'buildpacks-ci-1', id: '1', image: 'sha256:abc', mounts: [], cleared: [] };

function argumentsFor(
  run: Partial<EngineRun>,
  facts: Partial<ContainerFacts> = {},
  container: Partial<NewContainer> = {},
) {
  const whole = {
    directory: buildDirectory('/build'),
    command: ['/cnb/lifecycle/creator', '-app', '/workspace'],
    environment: {},
    user: { uid: 1001, gid: 1000 },
    network: 'default',
    volumes: [],
    onLine: () => undefined,
    signal: new AbortController().signal,
    ...run,
  };
  return createArguments({ ...FACTS, ...facts }, whole as unknown as EngineRun, { ...CONTAINER, ...container });
}

/** The values that follow a flag. */
function valuesOf(flag: string, args: readonly string[]): readonly (string | undefined)[] {
  return args.flatMap((arg, index) => (arg === flag ? [args[index + 1]] : []));
}

describe('createArguments', () => {
  it('labels the container by its run and by the directory of its build', () => {
    expect(valuesOf('--label', argumentsFor({}))).toEqual(['buildpacks-ci=1', 'buildpacks-ci.directory=/build']);
  });

  it('runs the command itself, without the image’s entry point and without a shell', () => {
    const args = argumentsFor({});
    expect(args.slice(args.indexOf('--entrypoint'))).toEqual([
      '--entrypoint',
      '/cnb/lifecycle/creator',
      'sha256:abc',
      '-app',
      '/workspace',
    ]);
  });

  it('takes every privilege away', () => {
    const args = argumentsFor({});
    expect(valuesOf('--user', args)).toEqual(['1001:1000']);
    expect(valuesOf('--cap-drop', args)).toEqual(['ALL']);
    expect(valuesOf('--security-opt', args)).toEqual(['no-new-privileges']);
    expect(args).not.toContain('--privileged');
  });

  it.each([
    ['default', []],
    ['none', ['none']],
    ['host', ['host']],
    ['ci-net', ['ci-net']],
  ])('network %s', (network, expected) => {
    expect(valuesOf('--network', argumentsFor({ network }))).toEqual(expected);
  });

  it('gives variables as they are', () => {
    const environment = { A: '', B: 'x=y', C: 'two\nlines', D: '"quoted"' };
    expect(valuesOf('--env', argumentsFor({ environment }))).toEqual(['A=', 'B=x=y', 'C=two\nlines', 'D="quoted"']);
  });

  it('clears what the command line would add, but not what the run sets', () => {
    const args = argumentsFor(
      { environment: { HTTP_PROXY: 'http://proxy' } },
      {},
      {
        cleared: ['HTTP_PROXY', 'http_proxy'],
      },
    );
    expect(valuesOf('--env', args)).toEqual(['HTTP_PROXY=http://proxy', 'http_proxy=']);
  });

  it('refuses a variable that no process can be given', () => {
    expect(() => argumentsFor({ environment: { BIG: 'x'.repeat(128 * 1024) } })).toThrow('"BIG" is too long');
  });

  it.each([
    ['/a', '/b', false, 'type=bind,source=/a,target=/b,readonly'],
    ['/a', '/b', true, 'type=bind,source=/a,target=/b'],
    ['/a,readonly=false', '/b', false, 'type=bind,"source=/a,readonly=false",target=/b,readonly'],
    ['/a "b"', '/c', true, 'type=bind,"source=/a ""b""",target=/c'],
  ])('mounts %s at %s (writable: %s)', (source, target, writable, expected) => {
    expect(valuesOf('--mount', argumentsFor({ volumes: [{ source, target, writable }] }))).toEqual([expected]);
  });

  it('keeps Podman from handing proxies on and from another umask', () => {
    const args = argumentsFor({}, { flavour: 'podman' });
    expect(args).toContain('--http-proxy=false');
    expect(valuesOf('--umask', args)).toEqual(['0022']);
  });
});
