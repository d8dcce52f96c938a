import { ROOT } from '../pod/places.ts';
import type { YamlMapping } from '../yaml-value.ts';

interface Workspace {
  readonly name: string;
  readonly description: string;
  readonly optional?: true;
  readonly readOnly?: true;
}

const PROXY =
  'Files `http-proxy`, `https-proxy` and `no-proxy` in the place of these params, for a proxy with a password: a Secret with these keys.';

/**
 * The workspaces, each only in the steps that name it ("isolated"): none is in the step `build`, where foreign code runs.
 */
const WORKSPACES = [
  {
    name: 'source',
    description: 'The app, for instance as the git-clone Task has left it. It is only read.',
    readOnly: true,
  },
  {
    name: 'cache',
    description:
      'A volume that stays, for the layer cache; asked before what `cache-store` names. The group of the steps must be able to write to it, which one Pod with `fsGroup` sees to for good.',
    optional: true,
  },
  {
    name: 'dockerconfig',
    description: 'A `config.json` with credentials for registries, as Docker has it.',
    optional: true,
    readOnly: true,
  },
  {
    name: 'ca-certs',
    description: 'PEM files with certificates of authorities to trust, as `ca-certificates`.',
    optional: true,
    readOnly: true,
  },
  {
    name: 'bindings',
    description: 'Service bindings: each directory is one, with a file `type` in it.',
    optional: true,
    readOnly: true,
  },
  {
    name: 'registries-conf',
    description: 'Files with rules for mirrors, as `registries-conf`.',
    optional: true,
    readOnly: true,
  },
  {
    name: 'proxy',
    description: `${PROXY} The step \`build\` is told of the proxy without the password.`,
    optional: true,
    readOnly: true,
  },
] as const satisfies readonly Workspace[];

type WorkspaceName = (typeof WORKSPACES)[number]['name'];

/**
 * As the Task declares them. Not below `/workspace`, where Tekton would put them: that is a volume which it gives to every step, `build` clears
 * it for the app, and a folder that is removed there takes with it what is mounted on it in the steps that wait.
 */
export const TASK_WORKSPACES: readonly YamlMapping[] = WORKSPACES.map((workspace) => ({
  ...workspace,
  mountPath: `${ROOT}/${workspace.name}`,
}));

/** PUBLISH reads no source and no bindings. */
const OF_PUBLISH: readonly WorkspaceName[] = ['cache', 'dockerconfig', 'ca-certs', 'registries-conf', 'proxy'];

/** A rebase speaks to registries only. */
const OF_REBASE: readonly WorkspaceName[] = ['dockerconfig', 'ca-certs', 'registries-conf', 'proxy'];

/** As a Task that rebases declares them. */
export const REBASE_TASK_WORKSPACES: readonly YamlMapping[] = WORKSPACES.filter(({ name }) =>
  OF_REBASE.includes(name),
).map((workspace) => ({
  ...workspace,
  ...(workspace.name === 'proxy' && { description: PROXY }),
  mountPath: `${ROOT}/${workspace.name}`,
}));

/** As the step `rebase` names them. */
export const REBASE_WORKSPACES: readonly YamlMapping[] = OF_REBASE.map((name) => ({ name }));
/** As the step `prepare` names them. */
export const PREPARE_WORKSPACES: readonly YamlMapping[] = WORKSPACES.map(({ name }) => ({ name }));
/** As the step `publish` names them. */
export const PUBLISH_WORKSPACES: readonly YamlMapping[] = OF_PUBLISH.map((name) => ({ name }));

/** The path of a workspace; Tekton makes it empty text for one that a run does not have. */
export function pathOf(workspace: WorkspaceName): string {
  return `$(workspaces.${workspace}.path)`;
}
