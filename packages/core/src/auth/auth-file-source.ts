import { BuildpacksError } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import type { Log } from '../ports/index.ts';
import type { Repository } from '../reference/index.ts';
import type { AuthFile } from './auth-file.ts';
import { askHelper, type HelperPorts, MissingHelperError } from './helper.ts';
import { matchKey, matchRegistryKey } from './keys.ts';
import type { Credential, CredentialSource, FoundCredential } from './types.ts';

export interface AuthFilePorts extends HelperPorts {
  readonly log: Log;
}

/** What to do when a helper has no answer but a failure. */
export type OnFailure =
  /** It is an error: the user gave these credentials for this run. */
  | 'throw'
  /** Look elsewhere with a warning, unless the helper is named for this very registry and is missing. */
  | 'warn';

/**
 * One file's credentials: the helper named for the registry, then the file's own entries, then the helper for all.
 *
 * @param read reads the file; called once, at the first look-up. Undefined: there is none
 */
export function authFileSource(
  read: () => Promise<AuthFile | undefined>,
  ports: AuthFilePorts,
  onFailure: OnFailure = 'warn',
): CredentialSource {
  const ask = askingOnce(ports, onFailure);
  let file: Promise<AuthFile | undefined> | undefined;

  return {
    async find(repository: Repository) {
      file ??= read();
      const found = await file;
      if (found === undefined) return undefined;
      const { name: source, auths, credHelpers, credsStore } = found;
      const { registry } = repository;

      const helperKey = matchRegistryKey(Object.keys(credHelpers), registry);
      const named = helperKey === undefined ? undefined : credHelpers[helperKey];
      if (named !== undefined) {
        const answer = await ask(named, registry, true);
        if (answer !== undefined) return foundAt(answer, { source, helper: named, ...optional('key', helperKey) });
      }
      const key = matchKey(auths.keys(), repository);
      const entry = key === undefined ? undefined : auths.get(key);
      if (entry !== undefined) return foundAt(entry, { source, ...optional('key', key) });

      const stored = credsStore === undefined ? undefined : await ask(credsStore, registry, false);
      return stored && foundAt(stored, { source, ...optional('helper', credsStore) });
    },
  };
}

/**
 * Asks each helper once for each registry.
 *
 * @returns a function of the helper, the registry, and whether the helper is named for this very registry
 */
function askingOnce(ports: AuthFilePorts, onFailure: OnFailure) {
  const asked = new Map<string, Promise<Credential | undefined>>();
  return (helper: string, registry: string, named: boolean): Promise<Credential | undefined> => {
    const key = `${helper} ${registry}`;
    const answer =
      asked.get(key) ??
      askHelper(ports, helper, registry).catch((error: unknown) => {
        const isFatal = onFailure === 'throw' || (named && error instanceof MissingHelperError);
        if (isFatal || !(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
        ports.log.warn(`${error.message}; looking elsewhere for credentials of ${registry}`);
        return undefined;
      });
    asked.set(key, answer);
    return answer;
  };
}

function foundAt(credential: Credential, origin: FoundCredential['origin']): FoundCredential {
  return { credential, origin };
}
