import { OWN_FOLDERS } from '../pod/places.ts';
import { emptyVolume, mount } from '../pod/program.ts';
import { builderSecurity, TOOL_USER } from '../pod/security.ts';
import type { YamlMapping } from '../yaml-value.ts';
import { constant, evaluated, parameterIn } from './expression.ts';
import { BUILD_RESOURCES_PARAMETER } from './parameters.ts';
import { BY_CLUSTER } from './users.ts';
import { BINDING_SECRETS, BINDINGS_FOLDER, CACHE, CACHE_CLAIM, EXECUTOR_MOUNT } from './volumes.ts';

/** Of a list whose items Kubernetes merges by a key: the item goes. */
const GONE = { $patch: 'delete' } as const;
const NO_EXECUTOR = constant([{ mountPath: EXECUTOR_MOUNT, ...GONE }]);

/** Of Argo's own containers; `init` has no volume at /tmp, so that its root file system stays writable. */
const EXECUTOR_SECURITY: YamlMapping = { ...builderSecurity(), runAsUser: TOOL_USER, runAsGroup: TOOL_USER };

/**
 * What a template of Argo can't say in fields, as `podSpecPatch`: one expression that makes JSON, so that no parameter's text can become
 * structure. Argo goes over what it has put in once more, and what it finds then goes into the JSON as it is: so no two braces of a value
 * stay together.
 *
 * - Argo mounts its own volume into every container, writable: the program by which `main` is started, its template, all outputs. In a Pod
 *   where foreign code runs first, that code must not have it.
 * - Argo's own containers get what Pod Security "restricted" asks for, whatever the controller's configuration says.
 * - Volumes that are there or not (the list is never empty, which would take all volumes away), resources (parsed before parameters are put in), and users whom the cluster chooses.
 */
export const POD_PATCH = evaluated(`let byCluster = ${BY_CLUSTER};
let executor = byCluster ? ${constant(builderSecurity())} : ${constant(EXECUTOR_SECURITY)};
let user = byCluster ? {"runAsUser": nil, "runAsGroup": nil} : {};
let claim = ${parameterIn(CACHE_CLAIM)};
let secrets = filter(map(split(${parameterIn(BINDING_SECRETS)}, "\\n"), trim(#)), # != "");
replace(toJson({
  "securityContext": byCluster ? {"fsGroup": nil} : {},
  "volumes": concat(
    [claim == "" ? {"name": "${CACHE.volume}"} : {"name": "${CACHE.volume}", "emptyDir": nil, "persistentVolumeClaim": {"claimName": claim}}],
    map(secrets, ({"name": "binding-" + string(#index), "secret": {"secretName": #}})),
    byCluster ? ${constant(OWN_FOLDERS.map(emptyVolume))} : []
  ),
  "initContainers": [
    {"name": "init", "securityContext": executor},
    {"name": "prepare", "securityContext": user, "volumeMounts": concat(
      ${NO_EXECUTOR},
      map(secrets, ({"name": "binding-" + string(#index), "mountPath": "${BINDINGS_FOLDER}/" + #, "readOnly": true}))
    )},
    {"name": "build", "resources": fromJSON(${parameterIn(BUILD_RESOURCES_PARAMETER)}),
      "env": ${constant([{ name: 'ARGO_TEMPLATE', ...GONE }])},
      "volumeMounts": concat(${NO_EXECUTOR}, byCluster ? ${constant(OWN_FOLDERS.map(mount))} : [])
    }
  ],
  "containers": [
    {"name": "wait", "securityContext": executor},
    {"name": "main", "securityContext": user}
  ]
}), "{" + "{", "{\\\\u007b")`);

/** The same for a rebase, in whose Pod nothing foreign runs: only users, and rights of Argo's own containers. */
export const REBASE_POD_PATCH = evaluated(`let byCluster = ${BY_CLUSTER};
let executor = byCluster ? ${constant(builderSecurity())} : ${constant(EXECUTOR_SECURITY)};
let user = byCluster ? {"runAsUser": nil, "runAsGroup": nil} : {};
toJson({
  "initContainers": [{"name": "init", "securityContext": executor}],
  "containers": [
    {"name": "wait", "securityContext": executor},
    {"name": "main", "securityContext": user}
  ]
})`);
