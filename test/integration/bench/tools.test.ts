import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { command } from '../../bench/command.ts';
import { setUp } from '../../bench/setup.ts';
import { tool } from '../../bench/tools.ts';

describe('the built tools', () => {
  it.each([
    ['lifecycle', 'lifecycle', ['-version']],
    ['lifecycle-previous', 'lifecycle', ['-version']],
    ['registry', 'registry', ['--version']],
    ['pack', 'pack', ['version']],
  ] as const)('%s knows its version', async (name, program, args) => {
    const { directory, version } = await tool(name);
    await expect(command(path.join(directory, program), args)).resolves.toContain(version);
  });

  it('lifecycle acts by the name of a phase', async () => {
    const { directory, version } = await tool('lifecycle');
    const environment = { CNB_PLATFORM_API: '0.15' };
    await expect(command(path.join(directory, 'creator'), ['-version'], { environment })).resolves.toContain(version);
  });

  it('ca-certificates names its version as a released buildpack does', async () => {
    const { directory, version } = await tool('ca-certificates');
    await expect(readFile(path.join(directory, 'buildpack.toml'), 'utf8')).resolves.toContain(`version = "${version}"`);
  });

  it.each(['launcher', 'lifecycle'])('%s comes with the same modules in each SBOM format', async (program) => {
    const { directory } = await tool('lifecycle');
    const read = async (format: string): Promise<unknown> =>
      JSON.parse(await readFile(path.join(directory, `${program}.sbom.${format}.json`), 'utf8'));
    const cdx = (await read('cdx')) as { components: { purl: string }[] };
    const spdx = (await read('spdx')) as { packages: { externalRefs?: { referenceLocator: string }[] }[] };
    const syft = (await read('syft')) as { artifacts: { purl: string }[] };
    const purls = syft.artifacts.map(({ purl }) => purl);
    expect(purls).toContain('pkg:golang/github.com/buildpacks/lifecycle@v0.21.17');
    expect(cdx.components.map(({ purl }) => purl)).toEqual(purls);
    expect(spdx.packages.flatMap(({ externalRefs = [] }) => externalRefs.map((ref) => ref.referenceLocator))).toEqual(
      purls,
    );
  });
});

describe('the setup', () => {
  it('names its sets when asked for another', async () => {
    await expect(setUp('everything')).rejects.toThrow('there is no set "everything": all, demo');
  });
});
