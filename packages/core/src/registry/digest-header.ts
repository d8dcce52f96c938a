import { type Digest, isDigest } from '../reference/index.ts';
import { answerError } from './error.ts';
import type { Answer } from './wire.ts';

/**
 * Believes a registry that says it has something else: what we asked for, or sent, is not what it has. Many say nothing, and
 * other algorithms than ours can't be compared.
 *
 * @throws RegistryError when `Docker-Content-Digest` names another digest
 */
export function refuseOtherDigest(answer: Answer, task: string, digest: Digest): void {
  const declared = answer.header('docker-content-digest');
  if (declared === undefined || !isDigest(declared) || declared === digest) return;
  const reason = `the registry says that its digest is ${declared}, and not ${digest}`;
  throw answerError(answer, { task, reason });
}
