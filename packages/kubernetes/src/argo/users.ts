/** The parameter that says who chooses the users of the containers. */
export const USERS = 'users';

/** `fixed`: as the manifest and the builder have them; `cluster`: OpenShift and the like give the whole Pod one of their own. */
export const USERS_VALUES = ['fixed', 'cluster'] as const;

/** Within an expression: whether the cluster chooses. */
export const BY_CLUSTER = `inputs.parameters["${USERS}"] == "cluster"`;
