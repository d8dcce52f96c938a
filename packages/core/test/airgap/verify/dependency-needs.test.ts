import { describe, expect, it } from 'vitest';
import { dependencyNeeds } from '../../../src/airgap/verify/dependency-needs.ts';

const HEX = 'a'.repeat(64);
const JDK = {
  id: 'jdk',
  version: '17',
  uri: 'https://github.com/jdk.tgz',
  digest: `sha256:${HEX}`,
  stacks: [],
  buildpack: 'a/java@1',
} as const;

interface Settings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly binding?: readonly [type: string, key: string, text: string];
  readonly reaches?: string;
}

function hostsFor({ environment = {}, binding, reaches }: Settings): readonly string[] {
  const [type, key, text] = binding ?? ['other', 'a', 'b'];
  const entries = [
    { key: 'type', content: Buffer.from(type) },
    { key, content: Buffer.from(text) },
  ];
  const settings = { environment, bindings: [{ name: 'a', entries }] };
  return dependencyNeeds([JDK, JDK], settings, { reaches: (host) => host === reaches }).map(({ host }) => host);
}

describe('where a dependency comes from', () => {
  it.each<[string, Settings, readonly string[]]>([
    ['its own address', {}, ['github.com']],
    ['a host in the closed network', { reaches: 'github.com' }, []],
    ['a mapping to a file', { binding: ['dependency-mapping', HEX, 'file:///deps/jdk.tgz'] }, []],
    ['a mapping to a host', { binding: ['dependency-mapping', HEX, 'https://repo.corp/jdk'] }, ['repo.corp']],
    ['a mapping of another file', { binding: ['dependency-mapping', 'b'.repeat(64), 'file:///x'] }, ['github.com']],
    ['a mirror for all', { environment: { BP_DEPENDENCY_MIRROR: 'https://repo.corp' }, reaches: 'repo.corp' }, []],
    ['a mirror for its host', { environment: { BP_DEPENDENCY_MIRROR_GITHUB_COM: 'file:///deps' } }, []],
    ['a mirror for another host', { environment: { BP_DEPENDENCY_MIRROR_GIT__HUB_COM: 'file:///d' } }, ['github.com']],
    ['a mirror in a binding', { binding: ['dependency-mirror', 'default', 'https://m.corp/x'] }, ['m.corp']],
    [
      'the variable rather than the binding',
      {
        environment: { BP_DEPENDENCY_MIRROR: 'file:///d' },
        binding: ['dependency-mirror', 'default', 'https://m.corp'],
      },
      [],
    ],
  ])('%s', (_name, settings, expected) => {
    expect(hostsFor(settings)).toEqual(expected);
  });
});
