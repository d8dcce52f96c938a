import { markdownTable } from './markdown-table.ts';

/** A Task as far as its page tells of it. */
export interface Task {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly params: readonly Param[];
    readonly workspaces: readonly Workspace[];
    readonly results: readonly Described[];
    readonly steps: readonly Step[];
  };
}

interface Described {
  readonly name: string;
  readonly description: string;
}

interface Param extends Described {
  readonly type: string;
  readonly default?: string | readonly string[];
}

interface Workspace extends Described {
  readonly optional?: boolean;
}

interface Mount {
  readonly mountPath: string;
  readonly readOnly?: boolean;
}

/** A step of a Task, or a container of a template for Argo. */
export interface Step {
  readonly name: string;
  readonly image: string;
  readonly workspaces?: readonly { readonly name: string }[];
  readonly volumeMounts: readonly Mount[];
  readonly securityContext: Readonly<Record<string, unknown>>;
}

/** What a TaskRun has to take the Task from the bundle. */
export function bundleLine({ metadata: { name } }: Task, bundle: string): string {
  const lines = [
    'taskRef:',
    '  resolver: bundles',
    '  params:',
    ...Object.entries({ bundle, name, kind: 'task' }).flatMap(([param, value]) => [
      `    - name: ${param}`,
      `      value: ${value}`,
    ]),
  ];
  return ['```yaml', ...lines, '```', ''].join('\n');
}

export function parametersTable({ spec }: Task): string {
  const rows = spec.params.map((param) => [`\`${param.name}\``, param.type, defaultOf(param), param.description]);
  return markdownTable(['param', 'type', 'default', 'meaning'], rows);
}

/** Of a template for Argo, which knows no types. */
export function argoParametersTable(parameters: readonly Omit<Param, 'type'>[]): string {
  const rows = parameters.map((parameter) => [`\`${parameter.name}\``, defaultOf(parameter), parameter.description]);
  return markdownTable(['parameter', 'default', 'meaning'], rows);
}

export function workspacesTable({ spec: { workspaces, steps } }: Task): string {
  const rows = workspaces.map(({ name, description, optional }) => {
    const seen = steps.filter((step) => step.workspaces?.some((each) => each.name === name));
    const seenBy = seen.map((step) => `\`${step.name}\``).join(', ');
    return [`\`${name}\``, optional === true ? 'no' : 'yes', seenBy, description];
  });
  return markdownTable(['workspace', 'required', 'seen by the steps', 'what is in it'], rows);
}

export function resultsTable({ spec }: Task): string {
  return markdownTable(
    ['result', 'value'],
    spec.results.map(({ name, description }) => [`\`${name}\``, description]),
  );
}

/** The security context of each step, and what a step can see and write beside it: a column for each. */
export function securityTable({ spec: { steps } }: Task): string {
  return columns(steps, [
    ['workspaces', ...steps.map(({ workspaces = [] }) => codes(workspaces.map(({ name }) => name)))],
  ]);
}

/** The same of containers, which have no workspaces. */
export function containersTable(containers: readonly Step[]): string {
  return columns(containers, []);
}

function columns(steps: readonly Step[], more: readonly (readonly string[])[]): string {
  const fields = new Set(steps.flatMap(({ securityContext }) => Object.keys(securityContext)));
  const rows = [
    ['image', ...steps.map(imageOf)],
    ...[...fields].map((field) => [`\`${field}\``, ...steps.map((step) => settingOf(step, field))]),
    ...more,
    ['volumes, written', ...steps.map(({ volumeMounts }) => codes(volumeMounts.filter(isWritten).map(pathOf)))],
    ['volumes, read', ...steps.map(({ volumeMounts }) => codes(volumeMounts.filter(isRead).map(pathOf)))],
  ];
  return markdownTable(['', ...steps.map(({ name }) => `\`${name}\``)], rows);
}

function defaultOf(param: Omit<Param, 'type'>): string {
  if (param.default === undefined) return '**required**';
  if (typeof param.default !== 'string') return '`[]`';
  return param.default === '' ? '' : `\`${param.default}\``;
}

/** The last param of the image: before it stands the prefix. */
function imageOf({ image }: Step): string {
  const param = /\.([\w-]+)(?:\)|\}\})$/.exec(image)?.[1] ?? image;
  return `\`${param}\``;
}

function settingOf({ securityContext }: Step, field: string): string {
  const value = securityContext[field];
  if (value !== undefined) return `\`${compact(value)}\``;
  return field === 'runAsUser' || field === 'runAsGroup' ? "the image's or the cluster's" : '';
}

/** As YAML has it in one line: `drop: [ALL]`. */
function compact(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[{}"]/g, '').replaceAll(':', ': ');
}

function isRead({ readOnly }: Mount): boolean {
  return readOnly === true;
}

function isWritten(mount: Mount): boolean {
  return !isRead(mount);
}

function pathOf({ mountPath }: Mount): string {
  return mountPath;
}

function codes(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ');
}
