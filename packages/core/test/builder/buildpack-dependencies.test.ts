import { describe, expect, it } from 'vitest';
import { parseBuildpackDescription } from '../../src/builder/buildpack-dependencies.ts';

const HEX = 'a'.repeat(64);
const HEAD = '[buildpack]\nid = "a/java"\nversion = "1.2.3"\n';

function dependency(lines: string): unknown {
  const entry = `[[metadata.dependencies]]\nid = "jdk"\nversion = "17.0.9"\nuri = "https://a.example/jdk"\n${lines}`;
  return parseBuildpackDescription(`${HEAD}${entry}`)?.dependencies[0];
}

describe('the dependencies of a buildpack.toml', () => {
  it.each([
    ['libpak’s sha256', `sha256 = "${HEX}"`, { digest: `sha256:${HEX}` }],
    ['a checksum', `checksum = "sha256:${HEX}"`, { digest: `sha256:${HEX}` }],
    ['another algorithm', `checksum = "sha512:${HEX}${HEX}"`, {}],
    ['an empty sha256 beside a checksum', `sha256 = ""\nchecksum = "sha256:${HEX}"`, { digest: `sha256:${HEX}` }],
    ['stacks', 'stacks = ["jammy", "*"]', { stacks: ['jammy', '*'] }],
    ['packit’s arch and os', 'arch = "arm64"\nos = "linux"', { architecture: 'arm64', os: 'linux' }],
    ['the architecture in a package URL', 'purl = "pkg:generic/jdk@17?arch=arm64"', { architecture: 'arm64' }],
    ['one of several package URLs', 'purls = ["pkg:a/b", "pkg:a/c?x=1&arch=amd64"]', { architecture: 'amd64' }],
    ['what is no text', 'sha256 = 1\nstacks = 2\narch = []', {}],
  ])('have %s', (_name, lines, expected) => {
    const base = { id: 'jdk', version: '17.0.9', uri: 'https://a.example/jdk', stacks: [] };
    expect(dependency(lines)).toEqual({ ...base, ...expected });
  });

  it('leave out what is neither libpak’s nor packit’s', () => {
    const text = `${HEAD}[[metadata.dependencies]]\nname = "jdk"\n`;
    expect(parseBuildpackDescription(text)).toEqual({ id: 'a/java', version: '1.2.3', dependencies: [] });
  });

  it.each([
    ['no TOML', '['],
    ['no buildpack', '[extension]\nid = "a"\nversion = "1"\n'],
    ['a list of another shape', 'metadata = 1'],
  ])('are none in %s', (_name, text) => {
    expect(parseBuildpackDescription(text)).toBeUndefined();
  });
});
