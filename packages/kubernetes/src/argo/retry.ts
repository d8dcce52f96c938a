import { valueOf } from './expression.ts';
import { RETRIES } from './parameters.ts';
import type { YamlMapping } from '../yaml-value.ts';

/** Trouble with a network or a registry, which another try may not meet. */
const TEMPORARY = 111;

/** The container's name comes first in Argo's message, so that nothing which the builder's own container writes can ask for another try. */
const MESSAGES = ['prepare', 'main'].map(
  (name) => `lastRetry.message startsWith "${name}: Error (exit code ${TEMPORARY})"`,
);

/** A failure of `prepare` has no exit status in Argo's eyes, since `main` was never started; the message has it. */
export const RETRY_STRATEGY: YamlMapping = {
  limit: valueOf(RETRIES),
  expression: MESSAGES.join(' || '),
  backoff: { duration: '30s', factor: '2' },
};
