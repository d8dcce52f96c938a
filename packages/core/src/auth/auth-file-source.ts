import { BuildpacksError } from '../errors/index.ts';
import type { Log } from '../ports/index.ts';
import type { Repository } from '../reference/index.ts';
import type { AuthFile } from './auth-file.ts';
import { askHelper, type HelperPorts, MissingHelperError } from './helper.ts';
import { matchKey, matchRegistryKey } from './keys.ts';
import type { Credential, CredentialSource } from './types.ts';

/**
 * One file's credentials: the helper named for the registry, then the file's own entries, then the helper for all.
 * A missing helper is an error when it is named for this very registry, else a warning, as is one that fails.
 *
 * @param read reads the file; called once, at the first look-up. Undefined: there is none
 */
export function authFileSource(
  name: string,
  read: () => Promise<AuthFile | undefined>,
  ports: HelperPorts & { readonly log: Log },
): CredentialSource {
  let file: Promise<AuthFile | undefined> | undefined;
  const asked = new Map<string, Promise<Credential | undefined>>();

  const ask = (helper: string, registry: string, named: boolean): Promise<Credential | undefined> => {
    const key = `${helper} ${registry}`;
    const answer =
      asked.get(key) ??
      askHelper(ports, helper, registry).catch((error: unknown) => {
        if (!(error instanceof BuildpacksError) || (named && error instanceof MissingHelperError)) throw error;
        ports.log.warn(`${error.message}; looking elsewhere for credentials of ${registry}`);
        return undefined;
      });
    asked.set(key, answer);
    return answer;
  };

  return {
    name,
    async find(repository: Repository) {
      file ??= read();
      const found = await file;
      if (found === undefined) return undefined;
      const { registry } = repository;
      const helperKey = matchRegistryKey(Object.keys(found.credHelpers), registry);
      const helper = helperKey === undefined ? undefined : found.credHelpers[helperKey];
      const fromHelper = helper === undefined ? undefined : await ask(helper, registry, true);
      if (fromHelper !== undefined) return fromHelper;

      const key = matchKey(found.auths.keys(), repository);
      if (key !== undefined) return found.auths.get(key);
      return found.credsStore === undefined ? undefined : ask(found.credsStore, registry, false);
    },
  };
}
