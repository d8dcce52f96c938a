import { canonicalRegistry, formatRepository, type Repository } from '../reference/index.ts';

/**
 * Finds the key that stands for a repository: the longest path wins (`host/a/b`, `host/a`, `host`), and for one path the
 * key written exactly so before those that only mean it (`https://host/v1/`, a name of Docker Hub).
 */
export function matchKey(keys: Iterable<string>, repository: Repository): string | undefined {
  const name = formatRepository(repository);
  let best: { key: string; meaning: string; exact: boolean } | undefined;
  for (const key of keys) {
    const meaning = meaningOf(key);
    if (name !== meaning && !name.startsWith(`${meaning}/`)) continue;
    const exact = key === meaning;
    const longer = meaning.length - (best?.meaning.length ?? -1);
    if (longer > 0 || (longer === 0 && exact && best?.exact === false)) best = { key, meaning, exact };
  }
  return best?.key;
}

/** The key for the registry as a whole; paths do not count. */
export function matchRegistryKey(keys: Iterable<string>, registry: string): string | undefined {
  const matching = [...keys].filter((key) => meaningOf(key) === registry);
  return matching.find((key) => key === registry) ?? matching[0];
}

/**
 * `host` or `host/path`, canonical. A key with a scheme is a server's address of old, whose path is the API's and no
 * namespace; so is a bare `/v1` or `/v2`.
 */
export function meaningOf(key: string): string {
  const scheme = /^https?:\/\//i.exec(key)?.[0] ?? '';
  const [host = '', ...path] = key.slice(scheme.length).replace(/\/+$/, '').split('/');
  const isAddress = scheme !== '' || (path.length === 1 && /^v[12]$/.test(path[0] ?? ''));
  return [canonicalRegistry(host), ...(isAddress ? [] : path)].join('/');
}
