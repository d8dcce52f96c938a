import { describe, expect, it } from 'vitest';
import { imagesBelow, type ListingRegistry } from '../../src/catalog/registry-images.ts';
import { familiarReference } from '../../src/reference/index.ts';
import { RegistryError } from '../../src/registry/index.ts';

const signal = new AbortController().signal;
const HEX = 'a'.repeat(64);
const PLACE = { registry: 'r.example', path: 'team' };

/** @param catalogue undefined: the registry has none */
function registryOf(tags: Readonly<Record<string, readonly string[]>>, catalogue?: readonly string[]): ListingRegistry {
  return {
    repositories: ({ registry }) =>
      catalogue === undefined
        ? Promise.reject(new RegistryError({ code: 'registry', task: 'list', reason: 'no', status: 404 }))
        : Promise.resolve(catalogue.map((path) => ({ registry, path }))),
    tags: ({ path }) => Promise.resolve(tags[path] ?? []),
  };
}

async function list(registry: ListingRegistry, path: string) {
  const { images } = await imagesBelow({ registry: 'r.example', path }, registry, { parallel: 2, signal });
  return images.map(familiarReference);
}

describe('the images below a prefix', () => {
  const attached = [`sha256-${HEX}`, `sha256-${HEX}.sig`, 'buildpacks-ci-cache-index-1'];

  it('are all tags of all repositories, but those on which tools hang other things', async () => {
    const registry = registryOf({ 'team/a': ['1', '2'], 'team/b': ['latest', ...attached] }, ['team/a', 'team/b']);
    expect(await list(registry, 'team')).toEqual([
      'r.example/team/a:1',
      'r.example/team/a:2',
      'r.example/team/b:latest',
    ]);
  });

  it('are told apart from what hangs on them', async () => {
    const all = ['latest', ...attached, `sha256-${HEX}-1`, 'sha256-0123456789abcdef'];
    const found = await imagesBelow(PLACE, registryOf({ 'team/b': all }, ['team/b']), { parallel: 2, signal });
    expect(found.attached.map(({ tag }) => tag)).toEqual(attached);
  });

  it('are those of the one repository where there is no catalogue', async () => {
    expect(await list(registryOf({ 'team/a': ['1'] }), 'team/a')).toEqual(['r.example/team/a:1']);
  });

  it.each(['', 'team'])('are not known without a catalogue ("%s")', async (path) => {
    await expect(list(registryOf({ 'team/a': ['1'] }), path)).rejects.toThrow(RegistryError);
  });

  it('are told although one repository does not tell its tags', async () => {
    const registry = registryOf({ 'team/a': ['1'] }, ['team/a', 'team/b']);
    const tags: ListingRegistry['tags'] = (repository, tagSignal) =>
      repository.path === 'team/b'
        ? Promise.reject(new RegistryError({ code: 'denied', task: 'list', reason: 'no', status: 403 }))
        : registry.tags(repository, tagSignal);
    const { images, failures } = await imagesBelow(PLACE, { ...registry, tags }, { parallel: 1, signal });
    expect([images.length, failures.map(({ repository }) => repository.path)]).toEqual([1, ['team/b']]);
  });
});
