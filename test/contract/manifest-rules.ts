import { asArray, asRecord, asStrings, asText, type JsonRecord } from '../../packages/core/src/json/json.ts';
import { isContainer, type Node } from './manifest-reader.ts';

/** A text that is filled in when a run starts. */
const PARAMETER = /\$\(params\.[\w-]+\)|\{\{(?:inputs|workflow)\.parameters\.[\w-]+\}\}/g;
const PINNED = /^[\w.:/-]+@sha256:[0-9a-f]{64}$/;
/** Whatever a run, an event or another step fills in; `$(NAME)` is the kubelet's, and the shell's. */
const FILLED_IN = /\$\((?:params|tasks|steps?|context|results|workspaces|body|tt)[.[]|\{\{/;
const SHELL = /^(?:\S*\/)?(?:ba|da|a|z|k)?sh$/;
const SECRET_NAME = /PASSWORD|PASSWD|TOKEN|SECRET|CREDENTIAL|(?:SIGN|API|ACCESS|PRIVATE)_KEY|_AUTH\b/;
/** Samples have `USER:PASSWORD` where everybody has their own. */
const SECRET_TEXT = /:\/\/(?!USER:PASSWORD@)[^\s/@:]+:[^\s/@]+@|-----BEGIN [A-Z ]*PRIVATE KEY/;
const SHARED = ['hostNetwork', 'hostPID', 'hostIPC', 'hostPath', 'hostPort', 'shareProcessNamespace'];
/** Objects whose Pods are made when they are created. */
const RUNS = ['TaskRun', 'PipelineRun', 'Workflow', 'CronWorkflow'];

/** What objects that become Pods must not do, as linters of Kubernetes have it, and what is special to Tekton and Argo. */
export const RULES: Readonly<Record<string, (node: Node) => boolean>> = {
  'has its image by a digest or by a parameter': ({ fields }) => !isPinned(text(fields['image'])),
  'says what it starts': ({ fields }) => fields['command'] === undefined && fields['script'] === undefined,
  'is not root': ({ fields }) => rights(fields)['runAsNonRoot'] !== true || rights(fields)['runAsUser'] === 0,
  'has no privileges and gets none': ({ fields }) =>
    rights(fields)['allowPrivilegeEscalation'] !== false || rights(fields)['privileged'] === true,
  'has no capabilities': ({ fields }) => {
    const { drop, add } = asRecord(rights(fields)['capabilities']) ?? {};
    return !asStrings(drop).includes('ALL') || asArray(add).length > 0;
  },
  'has the runtime’s seccomp profile': ({ fields }) =>
    asRecord(rights(fields)['seccompProfile'])?.['type'] !== 'RuntimeDefault',
  // A builder's own folders become the image's layers.
  'only reads its root file system, but for a builder': ({ fields }) =>
    rights(fields)['readOnlyRootFilesystem'] !== !isBuilder(fields),
  'mounts volumes that are declared': ({ fields, volumes }) =>
    asArray(fields['volumeMounts'])
      .map((mount) => text(asRecord(mount)?.['name']))
      .some((name) => !volumes.includes(name) && name.replace(PARAMETER, '') !== ''),
  'has no secret among its variables': ({ fields }) =>
    asArray(fields['env'])
      .map((variable) => asRecord(variable) ?? {})
      .some(({ name, value }) => SECRET_NAME.test(text(name)) && value !== undefined),
  'has nothing filled into a script': ({ fields }) => FILLED_IN.test(scriptOf(fields)),
};

/** The same for whole files. */
export const FILE_RULES: Readonly<Record<string, (node: Node) => boolean>> = {
  'shares nothing with the node, and no processes among containers': ({ fields }) =>
    SHARED.some((name) => name in fields),
  // Descriptions show where user and password would be.
  'holds no secret': ({ fields }) =>
    Object.entries(fields).some(([name, value]) => name !== 'description' && SECRET_TEXT.test(text(value))),
  'has images in parameters by their digests': ({ fields }) =>
    ['builder', 'tool-image'].includes(text(fields['name'])) &&
    [fields['value'], fields['default']].some((value) => text(value) !== '' && !isPinned(text(value))),
  'has a token for the cluster in no Pod of a run': ({ fields }) =>
    RUNS.includes(text(fields['kind'])) && tokenOf(asRecord(fields['spec']) ?? {}) !== false,
};

/** The nodes that break a rule, by where they are. */
export function breaking(nodes: readonly Node[], rule: (node: Node) => boolean): readonly string[] {
  return nodes.filter((node) => rule(node)).map(({ where }) => where);
}

/** The rules that a container breaks. */
export function brokenBy(node: Node): readonly string[] {
  const rules = { ...(isContainer(node) ? RULES : {}), ...FILE_RULES };
  return Object.keys(rules).filter((title) => rules[title]?.(node));
}

function text(value: unknown): string {
  return asText(value) ?? '';
}

function rights(fields: JsonRecord): JsonRecord {
  return asRecord(fields['securityContext']) ?? {};
}

function isPinned(image: string): boolean {
  return PINNED.test(image) || (image !== '' && image.replace(PARAMETER, '') === '');
}

/** Whether it is the container in which buildpacks run. */
export function isBuilder({ image }: JsonRecord): boolean {
  return /\.builder\b/.test(text(image));
}

function scriptOf({ script, command, args }: JsonRecord): string {
  const line = [...asStrings(command), ...asStrings(args)];
  return text(script) + (SHELL.test(line[0] ?? '') ? line.join('\n') : '');
}

/** Workflows say it themselves, runs of Tekton for all of their Pods. */
function tokenOf(spec: JsonRecord): unknown {
  const workflow = asRecord(spec['workflowSpec']) ?? spec;
  const template = asRecord((asRecord(spec['taskRunTemplate']) ?? spec)['podTemplate']) ?? workflow;
  return template['automountServiceAccountToken'];
}
