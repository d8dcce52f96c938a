import type { YamlMapping } from '../yaml-value.ts';

/** Who our own two containers run as, where the cluster does not decide: nobody's user, as distroless images have it. */
export const TOOL_USER = 65532;

/** What the Pod Security Standard "restricted" asks of every container. */
const RESTRICTED: YamlMapping = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** `fixed`: users stand in manifests and images; `cluster`: the cluster chooses one for the whole Pod, as OpenShift does. */
export type Users = 'fixed' | 'cluster';

/** Of PREPARE and PUBLISH. */
export function toolSecurity(users: Users): YamlMapping {
  const user = users === 'fixed' ? { runAsUser: TOOL_USER, runAsGroup: TOOL_USER } : {};
  return { ...RESTRICTED, readOnlyRootFilesystem: true, ...user };
}

/**
 * Of the builder, which runs as its image's own user unless the cluster chooses one. It writes to `/layers` and `/workspace` of its image,
 * whose modes are part of the app image's bytes.
 */
export function builderSecurity(): YamlMapping {
  return { ...RESTRICTED, readOnlyRootFilesystem: false };
}
