import type { Users } from '../pod/security.ts';
import { parameterIn } from './expression.ts';

/** The parameter that says who chooses the users of the containers. */
export const USERS = 'users';

export const USERS_VALUES = ['fixed', 'cluster'] as const satisfies readonly Users[];

/** Within an expression: whether the cluster chooses. */
export const BY_CLUSTER = `${parameterIn(USERS)} == "cluster"`;
