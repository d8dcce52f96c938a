import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import type { RebaseReport } from '../../../packages/core/src/index.ts';
import { shelfOf } from '../airgap/setup.ts';
import { buildpacksCi } from '../cli/command-line.ts';
import { startForTest } from '../registry/client.ts';
import { pushApp, pushBase, UBUNTU } from './fixture.ts';

let host: string;
let directory: string;
beforeEach(async () => {
  ({ host } = await startForTest());
  directory = await temporaryDirectory();
  const shelf = shelfOf({ host });
  const at = (name: string) => ({ registry: host, path: name });
  const base = await pushBase(shelf, at('run'));
  await pushApp(shelf, at('shop'), base);
  await pushApp(shelf, at('cart'), base);
  await pushApp(shelf, at('stubborn'), base, { labels: { 'io.buildpacks.rebasable': 'false' } });
  await pushBase(shelf, at('run'));
});

const run = (...args: readonly string[]) => buildpacksCi(['rebase', ...args], { directory });

describe('the exit status', () => {
  it('is 110 when a check finds something outdated, and 0 afterwards', async () => {
    const image = `${host}/shop:1`;
    expect(await run(image, '--check')).toMatchObject({
      status: 110,
      stdout: expect.stringMatching(/shop:1 is outdated: sha256:\w{12} would be sha256:\w{12}/) as string,
    });
    expect(await run(image)).toMatchObject({ status: 0 });
    expect(await run(image, '--check')).toMatchObject({ status: 0 });
  });

  it('is 0 for a dry run', async () => {
    expect(await run(`${host}/shop:1`, '--dry-run')).toMatchObject({ status: 0 });
  });

  it('is 1 when a rule stands against one of several, and the others are rebased', async () => {
    const { status, stdout } = await run('--json', `--all=${host}`, `--run-images=${host}/run`);
    const { images } = JSON.parse(stdout) as RebaseReport;
    expect({ status, states: images.map(({ state }) => state) }).toEqual({
      status: 1,
      states: ['rebased', 'skipped', 'rebased', 'refused'],
    });
  });

  it.each([`no/run:1`, 'UPPER//x'])('is 110 beside an image whose run image %s is gone for good', async (name) => {
    const shelf = shelfOf({ host });
    const base = await pushBase(shelf, { registry: host, path: 'run' });
    await pushApp(shelf, { registry: host, path: 'old' }, base, { image: `${host}/${name}` });
    const { status, stdout } = await run(`${host}/old:1`, `${host}/shop:1`, '--check');
    expect(status).toBe(110);
    expect(stdout).toMatch(
      /run-image: none of the run images that it records exists: .*\n {4}Name one with --run-image/,
    );
  });

  it('is 2 for what can not be meant, all of it told together', async () => {
    const { status, stderr } = await run(
      'UPPER/case:1',
      '--parallel=many',
      '--keep-old-as=old',
      '--check',
      '--dry-run',
    );
    expect(status).toBe(2);
    for (const input of ['image', 'parallel', 'keep-old-as', 'check']) expect(stderr).toContain(`${input}: `);
  });
});

describe('images', () => {
  it('come from a list', async () => {
    await writeFile(
      path.join(directory, 'images.txt'),
      `# the shop\n${host}/shop:1\n\n${host}/cart:1 # and its cart\n`,
    );
    const { stdout } = await run('--list=images.txt');
    expect(stdout).toMatch(/2 images: 2 rebased; .* mounted, 0 B copied, \d+ requests, .*\n$/);
  });

  it('come from a list on standard input, once', async () => {
    const input = `${host}/shop:1\n`;
    expect(await buildpacksCi(['rebase', '--list=-', '--check'], { directory, input })).toMatchObject({ status: 110 });
    expect(await buildpacksCi(['rebase', '--list=-', '--list=-'], { directory, input })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('standard input is named twice') as string,
    });
  });

  it('are not taken from a list that is not there', async () => {
    expect(await run('--list=nothing.txt')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('it does not exist') as string,
    });
  });

  it('must have a tag to be moved', async () => {
    const { stdout } = await run(`${host}/shop:1`, '--json', '--dry-run');
    const [image] = (JSON.parse(stdout) as { images: { before: string }[] }).images;
    const name = `${host}/shop@${String(image?.before)}`;
    expect(await run(name)).toMatchObject({ status: 2, stderr: expect.stringContaining('by its digest') as string });
    expect(await run(name, '--check')).toMatchObject({ status: 110 });
    expect(await run(`${host}/new/shop:2`, `--previous-image=${name}`)).toMatchObject({ status: 0 });
    expect(await run(`${host}/new/shop:2`, '--check')).toMatchObject({ status: 0 });
    // What is up to date gets another name all the same, once.
    const again = [`${host}/newer/shop:3`, `--previous-image=${host}/new/shop:2`];
    expect((await run(...again)).stdout).toContain('1 rebased');
    expect((await run(...again)).stdout).toContain('1 up to date');
  });
});

describe('a place without images', () => {
  it.each<[string, (host: string) => readonly string[], RegExp]>([
    [
      'that is mistyped',
      (registry) => [`--all=${registry}/sho`, '--run-images=r.example/*'],
      /there is no image at ".*\/sho"/,
    ],
    [
      'without such a tag',
      (registry) => [`--all=${registry}`, '--tags=v9*', '--run-images=r.example/*'],
      /with a tag like "v9\*"/,
    ],
    ['in an empty list', () => ['--list=/dev/null'], /"\/dev\/null" names no image/],
    ['of this machine', () => ['oci:x'], /"oci:x" is on this machine/],
    ['that is given as an image', (registry) => [`${registry}/shop/`], /is a place, not an image/],
  ])('%s is bad input', async (_, args, message) => {
    expect(await run(...args(host))).toMatchObject({ status: 2, stderr: expect.stringMatching(message) as string });
  });

  it('leaves others alone', async () => {
    const { status, stdout } = await run(`--all=${host}/shop`, `--all=${host}/sho`, `--run-images=${host}/run`);
    expect(status).toBe(2);
    expect(stdout).toMatch(/\/sho failed: .*no image[^]*\/shop:1 rebased/);
  });
});

describe('what is held back', () => {
  it('stays as it is and is told, however it was found', async () => {
    const args = [
      '--exclude',
      `${host}/cart`,
      '--exclude-tags',
      '*-rc',
      '--json',
      '--check',
      `--run-images=${host}/run`,
    ];
    const { stdout, stderr } = await run(`${host}/cart:1`, `--all=${host}`, ...args);
    const { images, leftOut } = JSON.parse(stdout) as RebaseReport;
    expect(images.map(({ repository }) => repository)).not.toContain(`${host}/cart`);
    expect(leftOut).toEqual([{ repository: `${host}/cart`, tags: ['1'], reason: 'excluded' }]);
    expect(stderr).toContain('no image is left out by "*-rc"');
  });

  it('is so too when it is to be made of another image', async () => {
    const args = [`${host}/cart:1`, `--previous-image=${host}/shop:1`, `--exclude=${host}/cart`];
    const { status, stdout } = await run(...args, '--json');
    expect({ status, ...(JSON.parse(stdout) as RebaseReport) }).toMatchObject({
      status: 0,
      images: [],
      leftOut: [{ repository: `${host}/cart`, tags: ['1'], reason: 'excluded' }],
    });
  });
});

describe('the result under another name', () => {
  it('is told with what that name led to', async () => {
    await run(`${host}/shop:1`);
    const args = [`--previous-image=${host}/shop:1`, '--dry-run'];
    const { stdout } = await run(`${host}/cart:1`, ...args);
    const [, old, made, from] = /cart:1 is outdated: (\S+) would be (\S+), made of (\S+)/.exec(stdout) ?? [];
    expect(from).toBe(made);
    expect(old).not.toBe(made);
    expect((await run(`${host}/new:1`, ...args)).stdout).toMatch(
      /new:1 is not there, and would be sha256:\w+, made of/,
    );
  });
});

describe('the report', () => {
  it('has one form', async () => {
    expect(await run(`${host}/shop:1`, '--json', '--markdown')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--markdown: does not go with --json') as string,
    });
  });

  it('can be Markdown', async () => {
    const { stdout } = await run(`${host}/shop:1`, `${host}/stubborn:1`, '--markdown');
    expect(stdout).toMatch(/^2 images: 1 rebased, 1 refused; /);
    expect(stdout).toMatch(
      new RegExp(`^\\| \`${host}/shop:1\` +\\| rebased +\\| \`sha256:\\w{64}\` +\\| \`sha256:\\w{64}\``, 'm'),
    );
    expect(stdout).toMatch(/`rebasable: its label io\.buildpacks\.rebasable is false`/);
  });

  it('says why another name of a run image is accepted', async () => {
    const shelf = shelfOf({ host });
    await pushBase(shelf, { registry: host, path: 'run' }, { tag: '2', labels: UBUNTU });
    const { stdout } = await run(`${host}/shop:1`, `--run-image=${host}/run:2`, '--dry-run');
    expect(stdout).toContain(`${host}/run:2 is not recorded in the image, which names ${host}/run:1: accepted, since`);
  });
});
