/** Whom a build runs as. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}
