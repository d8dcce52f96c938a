import { parse } from 'yaml';
import { BRANCHES, type CiContainer, type CiEvent, type CiProduct, fileNamed } from './job.ts';
import { readJenkinsfile } from './jenkinsfile.ts';

/** What agents run as in the images of the Jenkins project. */
const AGENT = 1000;

type Files = ReadonlyMap<string, string>;

/** "Using Docker with Pipeline": the plugin gives its own user first, and keeps `cat` running. */
export const JENKINS_DOCKER = jenkins('Jenkins with Docker', (files) => {
  const { image = '', args = '' } = readJenkinsfile(fileNamed(files, 'Jenkinsfile')).docker;
  const directory = '/var/jenkins/workspace/shop_main';
  return {
    image,
    flags: [`--user=${AGENT}:${AGENT}`, ...args.split(' ')],
    holder: ['cat'],
    checkout: { directory, owner: AGENT, volume: directory },
  };
});

interface Pod {
  readonly spec: { readonly automountServiceAccountToken: boolean; readonly containers: readonly [PodContainer] };
}

interface PodContainer {
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly securityContext: { readonly runAsUser: number; readonly allowPrivilegeEscalation: boolean };
}

/** The Kubernetes plugin: the agent's own container, beside the one of the steps, shares an empty volume with it. */
export const JENKINS_KUBERNETES = jenkins('Jenkins on Kubernetes', (files) => {
  const [, yaml = ''] = /yaml '''\n([^]*?)'''/.exec(fileNamed(files, 'Jenkinsfile, agent')) ?? [];
  const { image, command, args, securityContext } = (parse(yaml) as Pod).spec.containers[0];
  const { runAsUser, allowPrivilegeEscalation } = securityContext;
  return {
    image,
    flags: [`--user=${runAsUser}`, ...(allowPrivilegeEscalation ? [] : ['--security-opt=no-new-privileges'])],
    holder: [...command, ...args],
    checkout: { directory: '/home/jenkins/agent/workspace/shop_main', owner: AGENT, volume: '/home/jenkins/agent' },
  };
});

function jenkins(title: string, containerOf: (files: Files) => CiContainer): CiProduct {
  return {
    title,
    job(files, event, secrets) {
      const { environment, stages, always } = readJenkinsfile(fileNamed(files, 'Jenkinsfile'));
      const stage = stages.find(({ when }) => when.includes(CONDITIONS[event.kind]));
      if (stage === undefined) throw new Error(`the Jenkinsfile has no stage for a ${event.kind}`);
      const bound = stage.credentials.map((name) => [name, secrets[name] ?? '']);
      const script = (text: string) => ({ argv: ['sh', '-xe', '-c', text] });
      return {
        ...containerOf(files),
        environment: { ...ownVariables(event), ...environment, ...(Object.fromEntries(bound) as object) },
        steps: [...stage.scripts.map(script), ...always.map((text) => ({ ...script(text), always: true }))],
      };
    },
  };
}

const CONDITIONS = { push: `branch '${BRANCHES.push}'`, tag: 'buildingTag()', request: 'changeRequest()' } as const;

/** Of a multibranch pipeline. */
function ownVariables(event: CiEvent): Readonly<Record<string, string>> {
  switch (event.kind) {
    case 'push':
      return { BRANCH_NAME: BRANCHES.push };
    case 'tag':
      return { BRANCH_NAME: event.name, TAG_NAME: event.name };
    case 'request':
      return { BRANCH_NAME: 'PR-7', CHANGE_ID: '7' };
  }
}
