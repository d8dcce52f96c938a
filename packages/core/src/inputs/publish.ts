import type { CacheKey } from '../cache/index.ts';
import { Problems } from '../errors/problems.ts';
import { optional } from '../json/json.ts';
import type { PolicySource } from '../policy/index.ts';
import { readCacheSignKey } from './cache.ts';
import { type ConnectionContext, type ConnectionInputs, readConnectionInputs } from './connection.ts';
import { readPolicies } from './policies.ts';
import { InputReader, type RawInputs } from './reader.ts';

/** What PUBLISH needs in a process of its own: all else stands in the plan. */
export interface PublishInputs {
  readonly connection: ConnectionInputs;
  /** Signs the layer cache. */
  readonly signKey?: CacheKey;
  /** Must hold beside those of the plan. */
  readonly policies: readonly PolicySource[];
}

/** @throws InputError with every problem there is */
export function parsePublishInputs(raw: RawInputs, context: ConnectionContext): PublishInputs {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const connection = readConnectionInputs(reader, context, problems);
  const signKey = readCacheSignKey(reader, problems);
  const { workingDirectory } = context;
  const policies = readPolicies(reader, { workingDirectory, untrusted: [] }, problems);
  problems.throwIfAny();
  return { connection, policies, ...optional('signKey', signKey) };
}
