import { BuildpacksError, type Deadline, withDeadline } from '@buildpacks-ci/core';

/**
 * Waits for an answer of GitHub's cache, and not for work that does not heed its signal: a connection that is being made does not.
 *
 * @throws BuildpacksError `temporary` when time is up; the signal's reason
 */
export function inTime<T>(deadline: Omit<Deadline, 'late'>, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const seconds = Math.round(deadline.milliseconds / 1000);
  const late = () => new BuildpacksError('temporary', `GitHub's cache did not answer for ${seconds} seconds`);
  return withDeadline({ ...deadline, late }, work);
}
