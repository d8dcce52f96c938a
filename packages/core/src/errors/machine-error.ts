import { BuildpacksError } from './error.ts';

/** What the operating system's codes mean to people. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it may not be accessed',
  EPERM: 'it may not be changed',
  EROFS: 'it is read-only',
  ENOSPC: 'there is no space left',
  EDQUOT: 'the quota is used up',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is no directory',
  EISDIR: 'it is a directory',
  EEXIST: 'it is there already',
  ENAMETOOLONG: 'its name is too long',
  EIO: 'the disk fails',
};

/** Explains what a call of the file system threw; anything else stays as it is. */
export function machineError(error: unknown): unknown {
  if (error instanceof BuildpacksError || !(error instanceof Error)) return error;
  const { code = '', syscall = '', path } = error as NodeJS.ErrnoException;
  const reason = REASONS[code];
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  // The errors of sockets and processes have the same codes; a write to an open file does not tell its path.
  if (reason === undefined || syscall.startsWith('spawn') || (path === undefined && !full)) return error;
  return new BuildpacksError('machine', `${path === undefined ? 'a file' : `"${path}"`} can't be used: ${reason}`, {
    cause: error,
    ...(full && { hint: 'Make room, or set TMPDIR to a directory on a larger disk.' }),
  });
}
