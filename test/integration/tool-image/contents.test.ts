import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { readRelease } from '../../../scripts/release/release-file.ts';
import { type Architecture, ARCHITECTURES } from '../../../scripts/tool-image/architecture.ts';
import { readElf } from '../../../scripts/tool-image/elf.ts';
import { nodePackage } from '../../../scripts/tool-image/node-package.ts';
import { LICENCES } from '../../../scripts/tool-image/packages.ts';
import { readPins } from '../../../scripts/tool-image/pins.ts';
import { type ImageFiles, imageFiles } from './image-files.ts';

const TOOL = 'opt/buildpacks-ci';
const OUTSIDE = ['bin', 'bin/sh', 'etc', 'etc/group', 'etc/nsswitch.conf', 'etc/passwd', 'opt', TOOL, 'tmp'];
const PROGRAMS = [
  'buildpacks-ci',
  'buildpacks-ci-gitlab',
  'node',
  'sh',
  'busybox',
  'unshare',
  'setpriv',
  'mount',
  'zstd',
];
const MACHINE: Readonly<Record<Architecture, number>> = { amd64: 62, arm64: 183 };
const MAX_SIZE = 70e6;
const EPOCH = 315_532_801;

interface Sbom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly Readonly<Record<'name' | 'version' | 'purl' | 'bom-ref', string>>[];
}

describe.each(ARCHITECTURES)('the tool image for %s', (architecture) => {
  let files: ImageFiles;
  beforeAll(async () => {
    files = await imageFiles(architecture);
  }, 10 * 60_000);

  const text = (file: string): string => files.read(`${TOOL}/${file}`)?.toString() ?? '';
  const elves = () =>
    files.entries.flatMap(({ path: name, type }) => {
      const elf = type === 'file' ? readElf(files.read(name) ?? Buffer.of()) : undefined;
      return elf === undefined ? [] : [{ name, elf }];
    });

  test('has nothing outside its folder but what an image must have', () => {
    const outside = files.entries.map(({ path: name }) => name).filter((name) => !name.startsWith(`${TOOL}/`));
    expect(outside.sort()).toEqual(OUTSIDE);
  });

  test('is of root, of one time, and gives nobody more rights', () => {
    const other = files.entries.filter(
      ({ uid, gid, mtime, mode }) => uid !== 0 || gid !== 0 || mtime !== EPOCH || (mode & 0o6000) !== 0,
    );
    expect(other).toEqual([]);
  });

  test('lets others than root and its group write nowhere but in /tmp', () => {
    const open = files.entries.filter(({ type, mode }) => type !== 'symlink' && (mode & 0o002) !== 0);
    expect(open.map(({ path: name }) => name)).toEqual(['tmp']);
  });

  test('names each path once, and links only to what is there', () => {
    const names = files.entries.map(({ path: name }) => name);
    expect(names.length).toBe(new Set(names).size);
    const links = files.entries.filter(({ type }) => type === 'symlink');
    expect(links.filter(({ path: name }) => files.read(name) === undefined)).toEqual([]);
  });

  test.each(PROGRAMS)('has the program %s', (name) => {
    expect(files.read(`${TOOL}/bin/${name}`)?.length).toBeGreaterThan(0);
  });

  test('has programs and libraries of its machine only', () => {
    expect(new Set(elves().map(({ elf }) => elf.machine))).toEqual(new Set([MACHINE[architecture]]));
  });

  test('has every library that something in it needs', () => {
    const needed = elves().flatMap(({ name, elf }) => elf.needed.map((library) => ({ name, library })));
    expect(needed.length).toBeGreaterThan(10);
    expect(needed.filter(({ library }) => files.read(`${TOOL}/lib/${library}`) === undefined)).toEqual([]);
  });

  test('has programs that find its loader and libraries', () => {
    const programs = elves().filter(({ name, elf }) => name.startsWith(`${TOOL}/bin/`) && elf.needed.length > 0);
    expect(programs.map(({ name }) => name.slice(`${TOOL}/bin/`.length)).sort()).toEqual([
      'mount',
      'node',
      'setpriv',
      'unshare',
      'zstd',
    ]);
    for (const { elf } of programs) {
      expect(files.read(elf.interpreter?.slice(1) ?? '')).toBeDefined();
      expect(elf.rpath).toBe(`/${TOOL}/lib`);
    }
  });

  test('starts our programs with its own Node', () => {
    for (const name of ['buildpacks-ci', 'buildpacks-ci-gitlab']) {
      expect(text(`bin/${name}`)).toMatch(new RegExp(`^#!/${TOOL}/bin/sh\n`));
      expect(text(`bin/${name}`)).toContain(`exec /${TOOL}/bin/node /${TOOL}/lib/buildpacks-ci/${name}.cjs "$@"`);
    }
  });

  test('does not hold what names the image, or its digest would depend on itself', () => {
    const { repository, digest } = readRelease().toolImage;
    const programs = ['buildpacks-ci', 'buildpacks-ci-gitlab'].map((name) => text(`lib/buildpacks-ci/${name}.cjs`));
    expect(programs).not.toContain('');
    expect(programs.filter((each) => each.includes(`${repository}@`) || each.includes(digest))).toEqual([]);
  });

  test('says which version it is, and what is its own outside of the folder', () => {
    expect(JSON.parse(text('tool-image.json'))).toEqual({
      version: readRelease().version,
      outside: ['/etc/group', '/etc/nsswitch.conf', '/etc/passwd'],
    });
  });

  test('has certificates that can be read', () => {
    const certificates = text('etc/ca-certificates.crt').match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? [];
    expect(certificates.length).toBeGreaterThan(100);
    expect(() => certificates.map((each) => new X509Certificate(each))).not.toThrow();
  });

  test('is small', () => {
    const size = files.image.manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
    expect(size).toBeLessThan(MAX_SIZE);
  });

  test('passes on the licence of each package, and the texts that those refer to', () => {
    const licences = Object.keys(readPins().packages[architecture]).map((name) => text(`licences/${name}.txt`));
    expect(licences.filter((licence) => licence === '')).toEqual([]);
    const common = licences.flatMap((licence) => [
      ...licence.matchAll(/\/usr\/share\/common-licenses\/([\w.-]*[\w-])/g),
    ]);
    const missing = common.filter(([, name = '']) => text(`licences/common-licenses/${name}`) === '');
    expect(missing.map(([, name]) => name)).toEqual([]);
    for (const name of ['node', 'buildpacks-ci', 'buildpacks-ci.packages', 'buildpacks-ci-gitlab.packages'])
      expect(text(`licences/${name}.txt`)).not.toBe('');
  });

  test('says what is in it', () => {
    const sbom = JSON.parse(text('sbom.cdx.json')) as Sbom;
    const named = new Set(sbom.components.map(({ name, version }) => `${name} ${version}`));
    const pinned = Object.entries(readPins().packages[architecture]).map(([name, pin]) => `${name} ${pin.version}`);
    const bundled = [...text('licences/buildpacks-ci.packages.txt').matchAll(/^-+\n(\S+ \S+)$/gm)].map(
      ([, name]) => name,
    );
    expect(sbom.bomFormat).toBe('CycloneDX');
    expect(sbom.metadata.component).toMatchObject({ name: 'buildpacks-ci', version: readRelease().version });
    expect(bundled.length).toBeGreaterThan(3);
    expect(
      [...pinned, ...bundled, `node ${nodePackage(architecture).version}`].filter((each) => !named.has(each ?? '')),
    ).toEqual([]);
    expect(new Set(sbom.components.map((each) => each['bom-ref'])).size).toBe(sbom.components.length);
  });

  test('is started as CIs expect it', () => {
    const { config } = files.config;
    expect(files.config.architecture).toBe(architecture);
    expect(config.Env[0]).toMatch(new RegExp(`^PATH=/${TOOL}/bin:`));
    expect(config.Env).toContain(`SSL_CERT_FILE=/${TOOL}/etc/ca-certificates.crt`);
    expect([config.Entrypoint, config.User]).toEqual([undefined, undefined]);
  });

  test('is described in the same words by its labels and its annotations', () => {
    const { Labels: labels } = files.config.config;
    expect(files.image.manifest.annotations).toEqual(labels);
    expect(labels).toMatchObject({ 'org.opencontainers.image.version': readRelease().version });
    expect(labels).not.toHaveProperty('org.opencontainers.image.revision');
    for (const licence of Object.values(LICENCES))
      expect(labels['org.opencontainers.image.licenses']).toContain(licence);
  });
});
