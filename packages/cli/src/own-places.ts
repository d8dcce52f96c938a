import path from 'node:path';
import { loginPlaces } from '@buildpacks-ci/core';
import { flagValue, type Invocation } from './command.ts';
import { itemsOf } from './hand-over.ts';
import { CACHE_DIRECTORY_OPTION, HAND_OVER_OPTION, PROXY_DIRECTORY_OPTION } from './pod-options.ts';

/** Where Kubernetes puts the token of the Pod's account, and Tekton the Secrets of it. */
const OF_THE_ACCOUNT = ['/var/run/secrets/kubernetes.io', '/tekton/creds', '/tekton/creds-secrets'];

/**
 * What `path` and the like must not lead to in a Pod, where the app is on a volume beside others: a checkout may hold the link
 * `app -> ../dockerconfig`, or somebody write `..`. None elsewhere: a home folder may well be the app, and hold the login.
 */
export function ownPlaces(invocation: Invocation): readonly string[] {
  if ((flagValue(invocation, HAND_OVER_OPTION.name) ?? '') === '') return [];
  const { environment, machine } = invocation.host;
  const folders = [HAND_OVER_OPTION, CACHE_DIRECTORY_OPTION, PROXY_DIRECTORY_OPTION]
    .map(({ name }) => flagValue(invocation, name) ?? '')
    .filter((folder) => folder !== '')
    .map((folder) => path.resolve(machine.workingDirectory, folder));
  return [...OF_THE_ACCOUNT, ...folders, ...loginPlaces(environment, machine), ...certificatePlaces(invocation)];
}

/** Where certificates are there may be the keys of clients. Those among the app's files are the app's. */
function certificatePlaces({ inputs, host }: Invocation): readonly string[] {
  const { workingDirectory } = host.machine;
  const ofClients = itemsOf(inputs['client-certificates']).flatMap((line) =>
    line.slice(line.indexOf('=') + 1).split(','),
  );
  return [...itemsOf(inputs['ca-certificates']), ...ofClients]
    .map((text) => path.resolve(workingDirectory, text.trim()))
    .filter((place) => isOutside(place, workingDirectory));
}

function isOutside(place: string, directory: string): boolean {
  return path.relative(directory, place).split(path.sep)[0] === '..';
}
