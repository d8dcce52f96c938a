import type { Endpoint } from '../mirrors/index.ts';
import { formatRepository, type Repository } from '../reference/index.ts';

/** What a token may do with one resource: `repository:library/busybox:pull,push` (distribution specification, token scope). */
export interface Scope {
  /** `repository:<path>`, or another resource that a registry names in its challenge. */
  readonly resource: string;
  readonly actions: readonly string[];
}

function pullScope(repository: Repository): Scope {
  return { resource: `repository:${repository.path}`, actions: ['pull'] };
}

function pushScope(repository: Repository): Scope {
  return { resource: `repository:${repository.path}`, actions: ['pull', 'push'] };
}

/** The names of all repositories (distribution registry, token scopes). */
const CATALOGUE: Scope = { resource: 'registry:catalog', actions: ['*'] };

export function formatScope(scope: Scope): string {
  return `${scope.resource}:${scope.actions.join(',')}`;
}

/** Reads a challenge's `scope`: scopes separated by spaces. Actions follow the last colon, since a path may hold `host:port`. */
export function parseScopes(text: string): readonly Scope[] {
  return text.split(' ').flatMap((part) => {
    const colon = part.lastIndexOf(':');
    if (colon <= 0) return [];
    return [
      {
        resource: part.slice(0, colon),
        actions: part
          .slice(colon + 1)
          .split(',')
          .filter(Boolean),
      },
    ];
  });
}

/** One scope per resource with the actions of all. The order of first mention is kept: some token servers read only the first. */
export function mergeScopes(...lists: readonly (readonly Scope[])[]): readonly Scope[] {
  const actions = new Map<string, Set<string>>();
  for (const scope of lists.flat()) {
    const merged = actions.get(scope.resource) ?? new Set<string>();
    scope.actions.forEach((action) => merged.add(action));
    actions.set(scope.resource, merged);
  }
  return [...actions].map(([resource, set]) => ({ resource, actions: [...set].sort() }));
}

/** True when everything `wanted` is in `granted`. */
export function coversScopes(granted: readonly Scope[], wanted: readonly Scope[]): boolean {
  return wanted.every((want) => {
    const have = granted.find((scope) => scope.resource === want.resource)?.actions ?? [];
    return want.actions.every((action) => have.includes(action) || have.includes('*'));
  });
}

/** What a call needs: for messages and for the token. */
export interface Access {
  /** Credentials are looked up for it, by the name that it has on the server that is asked. */
  readonly repository: Repository;
  /** `list`: to read the names of all repositories; the repository then stands for its registry. */
  readonly right: 'pull' | 'push' | 'list';
  /** Another repository of the same registry that is read in the same call (cross-repository mount). */
  readonly from?: Repository;
  /** How the server wants to be asked, where rules for mirrors say so. */
  readonly endpoint?: Endpoint;
}

/** Reads what an endpoint has. */
export function readAccess(endpoint: Endpoint): Access {
  return { repository: endpoint.reference.repository, right: 'pull', endpoint };
}

export function scopesOf(access: Access): readonly Scope[] {
  if (access.right === 'list') return [CATALOGUE];
  const own = access.right === 'push' ? pushScope(access.repository) : pullScope(access.repository);
  return access.from === undefined ? [own] : mergeScopes([own], [pullScope(access.from)]);
}

/** `push to registry.example/app` */
export function describeAccess({ repository, right }: Access): string {
  if (right === 'list') return `list the repositories of ${repository.registry}`;
  return `${right} ${right === 'push' ? 'to' : 'from'} ${formatRepository(repository)}`;
}
