import { ask } from '../kubernetes/program.ts';

/** An object of a Tekton bundle, by which a `taskRef` with the resolver `bundles` names it. */
export interface BundledObject {
  /** `127.0.0.1:5000/tasks@sha256:…` */
  readonly bundle: string;
  readonly kind: string;
  readonly name: string;
}

/** What Tekton's resolver makes of it. */
export interface ResolvedObject {
  readonly manifest: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of the bundle, by its algorithm. */
  readonly digest: Readonly<Record<string, string>>;
}

/**
 * Takes an object from a bundle by the code of Tekton's own resolver.
 *
 * @throws Error with what the resolver says
 */
export async function resolveBundled(object: BundledObject): Promise<ResolvedObject> {
  return ask('tekton', ['resolve'], object);
}
