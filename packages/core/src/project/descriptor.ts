import type { Place } from '../errors/index.ts';
import type { BuildpackLocator } from '../inputs/index.ts';
import type { FileWarning } from '../toml/findings.ts';
import type { FileSelection } from './files.ts';

/** A project descriptor (project.toml), the same whatever its schema version. */
export interface ProjectDescriptor {
  /** The file's name, for messages. */
  readonly file: string;
  readonly schemaVersion: SchemaVersion;
  readonly metadata: ProjectMetadata;
  readonly builder?: { readonly image: string; readonly place: Place };
  readonly files: FileSelection;
  /** The buildpacks to use instead of the builder's order; empty when the descriptor does not say. */
  readonly group: readonly DescriptorBuildpack[];
  readonly pre: readonly DescriptorBuildpack[];
  readonly post: readonly DescriptorBuildpack[];
  readonly variables: readonly DescriptorVariable[];
  /** What the file says that nobody reads. */
  readonly warnings: readonly FileWarning[];
}

export const SCHEMA_VERSIONS = ['0.1', '0.2', '0.3'] as const;

export type SchemaVersion = (typeof SCHEMA_VERSIONS)[number];

/** What the descriptor says about the project itself. */
export interface ProjectMetadata {
  readonly id?: string;
  readonly name?: string;
  readonly version?: string;
  readonly authors: readonly string[];
  readonly documentationUrl?: string;
  readonly sourceUrl?: string;
  readonly licenses: readonly License[];
}

/** One of the two is there. */
export interface License {
  readonly type?: string;
  readonly uri?: string;
}

export interface DescriptorBuildpack {
  readonly locator: BuildpackLocator;
  /** The execution environments that it is for; empty: all. */
  readonly execEnv: readonly string[];
  /** The key's path, for messages. */
  readonly key: string;
  readonly place: Place;
}

export interface DescriptorVariable {
  readonly name: string;
  readonly value: string;
  /** The execution environments that it is for; empty: all. */
  readonly execEnv: readonly string[];
}
