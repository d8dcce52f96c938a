import { renderToml, type TomlTable } from '../toml/write-toml.ts';

/** Where the source came from. */
export type SourceFacts =
  /** As project.toml declares it. */
  | { readonly kind: 'project'; readonly version?: string; readonly url?: string }
  | {
      readonly kind: 'git';
      /** The commit's full hash. */
      readonly commit: string;
      /** As `git describe --tags --always` says; absent: the commit. */
      readonly describe?: string;
      /** Names of the branch and of the tags that point to the commit. */
      readonly refs: readonly string[];
      /** The remote's address. */
      readonly url?: string;
    };

/**
 * `project-metadata.toml`, which the lifecycle writes into the label `io.buildpacks.project.metadata`. Keys and fallbacks are pack's
 * (`projectMetadata` in `client.Build`, `v02.GitMetadata`), so that the label's bytes are. A user and password in an address, which pack
 * would publish, are left out.
 */
export function renderProjectMetadata(source: SourceFacts): string {
  return renderToml({ source: sourceTable(source) });
}

function sourceTable(source: SourceFacts): TomlTable {
  const url = withoutCredentials(source.url ?? '');
  if (source.kind === 'project') {
    return { type: 'project', version: { declared: source.version ?? '' }, metadata: { url } };
  }
  return {
    type: 'git',
    version: { commit: source.commit, describe: source.describe ?? source.commit },
    metadata: { refs: source.refs, url },
  };
}

/** `https://user:token@host/path` → `https://host/path`; ssh needs its user, and `git@host:path` is no URL. */
function withoutCredentials(address: string): string {
  const [, scheme = '', rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/)(.*)$/s.exec(address) ?? [];
  if (scheme === '') return address;
  const slash = rest.indexOf('/');
  const authority = slash === -1 ? rest : rest.slice(0, slash);
  const at = authority.lastIndexOf('@');
  if (at === -1) return address;
  const user = authority.slice(0, at);
  const kept = /^(?:git\+)?ssh:/i.test(scheme) && !user.includes(':') ? `${user}@` : '';
  return scheme + kept + rest.slice(at + 1);
}
