import path from 'node:path';
import { isBelow, loginPlaces } from '@buildpacks-ci/core';
import type { Invocation } from './command.ts';
import { folderOf, handOverFolder, itemsOf } from './hand-over.ts';
import { CACHE_DIRECTORY_OPTION, PROXY_DIRECTORY_OPTION } from './pod-options.ts';

/** Where Kubernetes puts the token of the Pod's account, and Tekton the Secrets of it. */
const OF_THE_ACCOUNT = ['/var/run/secrets/kubernetes.io', '/tekton/creds', '/tekton/creds-secrets'];

/**
 * What `path` and the like must not lead to in a Pod, where the app is on a volume beside others: a checkout may hold the link
 * `app -> ../dockerconfig`, or somebody write `..`. None elsewhere: a home folder may well be the app, and hold the login.
 */
export function ownPlaces(invocation: Invocation): readonly string[] {
  const handOver = handOverFolder(invocation);
  if (handOver === undefined) return [];
  const { environment, machine } = invocation.host;
  const volumes = [CACHE_DIRECTORY_OPTION, PROXY_DIRECTORY_OPTION].flatMap(
    (option) => folderOf(invocation, option) ?? [],
  );
  return [
    ...OF_THE_ACCOUNT,
    handOver,
    ...volumes,
    ...loginPlaces(environment, machine),
    ...certificatePlaces(invocation),
  ];
}

/** Where certificates are there may be the keys of clients. Those among the app's files are the app's. */
function certificatePlaces({ inputs, host }: Invocation): readonly string[] {
  const { workingDirectory } = host.machine;
  const ofClients = itemsOf(inputs['client-certificates']).flatMap((line) =>
    line.slice(line.indexOf('=') + 1).split(','),
  );
  return [...itemsOf(inputs['ca-certificates']), ...ofClients]
    .map((text) => path.resolve(workingDirectory, text.trim()))
    .filter((place) => !isBelow(place, workingDirectory));
}
