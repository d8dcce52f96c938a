import { BuildpacksError } from './error.ts';

/** The lifecycle ended with a non-zero status. */
export class LifecycleError extends BuildpacksError {
  override readonly name = 'LifecycleError';
  /** As the lifecycle gave it, 1 to 255. */
  readonly exitStatus: number;
  /** The phase that failed, if the log told it. */
  readonly phase: string | undefined;
  /** The buildpack that failed as `id@version`, if the log told it. */
  readonly buildpack: string | undefined;

  constructor(message: string, facts: { exitStatus: number; hint?: string; phase?: string; buildpack?: string }) {
    super('lifecycle', message, facts.hint === undefined ? {} : { hint: facts.hint });
    this.exitStatus = facts.exitStatus;
    this.phase = facts.phase;
    this.buildpack = facts.buildpack;
  }
}
