import {
  debug,
  endGroup,
  error,
  getState,
  info,
  isDebug,
  notice,
  saveState,
  setOutput,
  setSecret,
  startGroup,
  summary,
  warning,
} from '@actions/core';

/** What we use of GitHub's toolkit: it speaks to the runner, on standard output and by the files that the runner reads. */
export const TOOLKIT = {
  debug,
  endGroup,
  error,
  getState,
  info,
  isDebug,
  notice,
  saveState,
  setOutput,
  setSecret,
  startGroup,
  /** Replaces this step's part of the job's summary. */
  writeSummary: async (markdown: string): Promise<void> => {
    await summary.addRaw(markdown).write({ overwrite: true });
  },
  warning,
} as const;

export type Toolkit = typeof TOOLKIT;
