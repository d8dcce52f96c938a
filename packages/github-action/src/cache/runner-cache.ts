import { readTokenScopes } from './token-scopes.ts';

/** What the runner tells its actions about GitHub's cache, as `@actions/cache` reads it. */
export type RunnerCache =
  | { readonly kind: 'none'; readonly why: string }
  | {
      readonly kind: 'service';
      /** Of the protocol: GitHub Enterprise Server, and imitations, have the first. */
      readonly version: 1 | 2;
      readonly url: URL;
      readonly token: string;
      readonly mayRead: boolean;
      /** Why nothing may be written; absent when it may. */
      readonly readOnly?: string;
    };

type Environment = Readonly<Record<string, string>>;

/** Who may do what by `cache-mode` (`ACTIONS_CACHE_MODE`); a mode that is not known forbids nothing. */
const MODES: Readonly<Record<string, { readonly read: boolean; readonly write: boolean }>> = {
  none: { read: false, write: false },
  read: { read: true, write: false },
  write: { read: true, write: true },
  'write-only': { read: false, write: true },
};
const ANY_MODE = { read: true, write: true };

/** Whether there is a cache service, which one, and what this run may do with it. */
export function readRunnerCache(environment: Environment): RunnerCache {
  const version = hasSecondVersion(environment) ? 2 : 1;
  const variable = version === 2 ? 'ACTIONS_RESULTS_URL' : 'ACTIONS_CACHE_URL';
  const url = environment[variable] ?? '';
  const token = environment['ACTIONS_RUNTIME_TOKEN'] ?? '';
  if (!URL.canParse(url)) return none(`the runner offers no cache service (${variable} is not set)`);
  if (token === '') return none('the runner gives no token for its cache service (ACTIONS_RUNTIME_TOKEN is not set)');
  const mode = (environment['ACTIONS_CACHE_MODE'] ?? '').trim().toLowerCase();
  const allowed = MODES[mode] ?? ANY_MODE;
  if (!allowed.read && !allowed.write) return none(`the workflow forbids it with cache-mode "${mode}"`);
  const scopes = readTokenScopes(token);
  const readOnly = whyReadOnly(allowed.write ? undefined : mode, scopes?.mayWrite ?? true);
  return {
    kind: 'service',
    version,
    url: new URL(url),
    token,
    mayRead: allowed.read && (scopes?.mayRead ?? true),
    ...(readOnly !== undefined && { readOnly }),
  };
}

function none(why: string): RunnerCache {
  return { kind: 'none', why };
}

function whyReadOnly(mode: string | undefined, tokenMayWrite: boolean): string | undefined {
  if (mode !== undefined) return `cache-mode is "${mode}"`;
  return tokenMayWrite ? undefined : 'GitHub lets this run only read the cache, since outsiders can start such runs';
}

/** GitHub Enterprise Server has the first version only, whatever the variable says. */
function hasSecondVersion({ GITHUB_SERVER_URL, ACTIONS_CACHE_SERVICE_V2 }: Environment): boolean {
  const server = URL.canParse(GITHUB_SERVER_URL ?? '') ? new URL(GITHUB_SERVER_URL ?? '').hostname : 'github.com';
  return /^github\.com$|\.ghe\.com$|\.localhost$/i.test(server) && (ACTIONS_CACHE_SERVICE_V2 ?? '') !== '';
}
