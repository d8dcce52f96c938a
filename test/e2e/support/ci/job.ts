/** What has started a pipeline. */
export type CiEvent =
  { readonly kind: 'push' } | { readonly kind: 'tag'; readonly name: string } | { readonly kind: 'request' };

/** The branch that is built. */
export const BRANCHES = { push: 'main', request: 'patch' } as const;

export const SHA = '860c1904a1ce19322e91ac35af1ab07466440c37';

/** A job in a container, as a CI has it run. */
export interface CiJob extends CiContainer {
  /** What the steps get beside the image's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** One after the other, until one fails. */
  readonly steps: readonly CiStep[];
}

export interface CiContainer {
  readonly image: string;
  /** Of `docker run`, beside those that every job has. */
  readonly flags: readonly string[];
  /** Keeps the container alive while the steps run in it. */
  readonly holder: readonly string[];
  readonly checkout: CiCheckout;
  /** Where steps run; by default in the checkout. */
  readonly workingDirectory?: string;
}

export interface CiCheckout {
  /** In the container. */
  readonly directory: string;
  /** The user id that the files belong to. */
  readonly owner: number;
  /** What is mounted: the directory, or one above it that everybody may write to. Absent: the container's own file system. */
  readonly volume?: string;
}

export interface CiStep {
  readonly argv: readonly string[];
  /** Runs after a failure, too. */
  readonly always?: boolean;
}

/** How a CI makes a job of the file that it is given; what it does stands in its own documentation. */
export interface CiProduct {
  readonly title: string;
  /**
   * The job of an event.
   *
   * @param files those of the page, by their names
   * @param secrets what the CI keeps, by the variables that they are for
   */
  job(files: ReadonlyMap<string, string>, event: CiEvent, secrets: Readonly<Record<string, string>>): CiJob;
}

/** A file of the page. */
export function fileNamed(files: ReadonlyMap<string, string>, name: string): string {
  const text = files.get(name);
  if (text === undefined) throw new Error(`the page has no ${name}, but ${[...files.keys()].join(', ')}`);
  return text;
}
