import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageNeeds } from '../../../src/airgap/verify/package-needs.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

type Files = Readonly<Record<string, string>>;

interface Settings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly bindings?: readonly (readonly [type: string, key: string, text: string])[];
  readonly reaches?: (host: string) => boolean;
}

async function hostsOf(files: Files, { environment = {}, bindings = [], reaches = () => false }: Settings = {}) {
  const folder = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const bound = bindings.map(([type, key, text]) => ({
    name: type,
    entries: [
      { key: 'type', content: Buffer.from(type) },
      { key, content: Buffer.from(text) },
    ],
  }));
  const request = { app: { kind: 'directory', path: folder }, environment, bindings: bound } as const;
  return packageNeeds(request, { reaches }).map(({ manager, file, host }) => `${manager} ${file} ${host}`);
}

describe('whom a package manager asks', () => {
  it.each<[string, Files, readonly string[]]>([
    ['nobody without its file', { 'index.js': '' }, []],
    ['npm', { 'package-lock.json': '{}' }, ['npm package-lock.json registry.npmjs.org']],
    [
      'another registry, by the lock',
      { 'package-lock.json': '{"resolved": "https://npm.corp/a.tgz"}' },
      ['npm package-lock.json npm.corp'],
    ],
    [
      'the registry of .npmrc, whatever the lock says',
      {
        'package-lock.json': '{"resolved": "https://registry.npmjs.org/a.tgz"}',
        '.npmrc': 'registry=https://npm.corp/',
      },
      ['npm package-lock.json npm.corp'],
    ],
    ['nobody with what is vendored', { 'package-lock.json': '{}', 'node_modules/a/index.js': '' }, []],
    ['Yarn', { 'yarn.lock': '  resolved "https://registry.yarnpkg.com/a"' }, ['Yarn yarn.lock registry.yarnpkg.com']],
    [
      'Yarn by its settings',
      { 'yarn.lock': '', '.yarnrc.yml': 'npmRegistryServer: "https://npm.corp"' },
      ['Yarn yarn.lock npm.corp'],
    ],
    ['nobody with the cache of Yarn', { 'yarn.lock': '', '.yarn/cache/a.zip': '' }, []],
    ['Maven', { 'pom.xml': '<project/>' }, ['Maven pom.xml repo.maven.apache.org']],
    [
      'Maven’s repositories',
      { 'pom.xml': '<repository><id>a</id><url>https://mvn.corp/r</url></repository>' },
      ['Maven pom.xml mvn.corp'],
    ],
    [
      'Gradle',
      { 'build.gradle.kts': '' },
      ['Gradle build.gradle.kts plugins.gradle.org', 'Gradle build.gradle.kts repo.maven.apache.org'],
    ],
    [
      'pip',
      { 'requirements.txt': 'flask==3' },
      ['pip requirements.txt files.pythonhosted.org', 'pip requirements.txt pypi.org'],
    ],
    [
      'pip’s index in the file',
      { 'requirements.txt': '--index-url https://py.corp/simple\nflask' },
      ['pip requirements.txt py.corp'],
    ],
    ['Go', { 'go.mod': 'module a' }, ['Go go.mod proxy.golang.org', 'Go go.mod sum.golang.org']],
    ['nobody with vendored modules', { 'go.mod': 'module a', 'vendor/modules.txt': '' }, []],
    ['Bundler', { 'Gemfile.lock': 'GEM\n  remote: https://gems.corp/\n' }, ['Bundler Gemfile.lock gems.corp']],
    ['NuGet', { 'App.csproj': '' }, ['NuGet App.csproj api.nuget.org']],
    [
      'NuGet’s sources',
      { 'App.csproj': '', 'nuget.config': '<add key="a" value="https://nuget.corp/v3" />' },
      ['NuGet App.csproj nuget.corp'],
    ],
    [
      'Composer',
      { 'composer.lock': '{"url": "https://api.github.com/repos/a"}' },
      ['Composer composer.lock api.github.com'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await hostsOf(files)).toEqual(expected);
  });

  it('the registry of a variable, in any letter case', async () => {
    const environment = { NPM_CONFIG_REGISTRY: 'https://npm.corp/' };
    expect(await hostsOf({ 'package-lock.json': '{}' }, { environment })).toEqual(['npm package-lock.json npm.corp']);
  });

  it('nobody where the proxy of Go is switched off', async () => {
    expect(await hostsOf({ 'go.mod': 'module a' }, { environment: { GOPROXY: 'off' } })).toEqual([]);
  });

  it('the mirror in the settings of a binding', async () => {
    const settings = '<mirror><id>a</id><url>https://mvn.corp/all</url></mirror>';
    const bindings = [['maven', 'settings.xml', settings]] as const;
    expect(await hostsOf({ 'pom.xml': '' }, { bindings })).toEqual(['Maven pom.xml mvn.corp']);
  });

  it('is not told when the host is in the closed network', async () => {
    const files = { 'package-lock.json': '{}', '.npmrc': 'registry=https://npm.corp/' };
    expect(await hostsOf(files, { reaches: (host) => host === 'npm.corp' })).toEqual([]);
  });
});

/** Each would take minutes where an expression goes back over what it has read. */
describe('files that are made to be read for long', () => {
  const blank = '\n'.repeat(1_000_000);
  it.each<[string, Files]>([
    ['npm', { 'package-lock.json': '{}', '.npmrc': blank }],
    ['Yarn', { 'yarn.lock': blank, '.yarnrc': blank }],
    ['Maven', { 'pom.xml': '<repository>'.repeat(200_000), 'settings.xml': '<mirror>'.repeat(200_000) }],
    ['Gradle', { 'build.gradle': `url${' '.repeat(1_000_000)}` }],
    ['pip', { 'requirements.txt': blank, 'pip.conf': blank }],
    ['Poetry', { 'poetry.lock': `url${blank}` }],
    ['Bundler', { 'Gemfile.lock': blank }],
    ['NuGet', { 'a.csproj': '', 'nuget.config': '<add '.repeat(200_000) }],
    ['Cargo', { 'Cargo.lock': '', '.cargo/config.toml': blank }],
  ])('are read once: %s', async (manager, files) => {
    expect((await hostsOf(files)).every((need) => need.startsWith(`${manager} `))).toBe(true);
  });
});
