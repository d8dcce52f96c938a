import path from 'node:path';
import { readFile, readdir } from 'node:fs/promises';
import { afterAll, beforeAll } from 'vitest';
import {
  type BindingFiles,
  writePlatformDirectory,
} from '../../../packages/core/src/build/prepare/platform-directory.ts';
import { type Oracle, startOracle } from '../../bench/oracle.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';

/** The libraries that Paketo's buildpacks are made with. */
export const LIBRARIES = ['libpak', 'libpak/v2', 'packit'] as const;
export type Library = (typeof LIBRARIES)[number];

/** An entry of a `buildpack.toml`, as far as it matters for where it comes from. */
export interface Entry {
  readonly uri: string;
  readonly sha256?: string;
  readonly checksum?: string;
}

export interface Surroundings {
  readonly bindings?: readonly BindingFiles[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface Question {
  readonly library: Library;
  readonly platform: string;
  readonly buildpack: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly dependency: Entry;
}

export interface Fetched {
  /** The address that was asked. */
  readonly uri: string;
  readonly content: string;
  readonly error?: string;
}

/** Has a buildpack that is made with the library fetch something, by the library's own code. For one file of tests. */
export function paketo(): (library: Library, entry: Entry, surroundings: Surroundings) => Promise<Fetched> {
  let oracle: Oracle<Question, Fetched>;
  beforeAll(async () => {
    oracle = await startOracle('paketo');
  });
  afterAll(() => oracle.stop());
  return async (library, dependency, { bindings = [], environment = {} }) => {
    const platform = await temporaryDirectory();
    await writePlatformDirectory(platform, { environment: {}, bindings });
    // As deep as it is on a builder.
    const buildpack = path.join(await temporaryDirectory(), 'cnb/buildpacks/a_buildpack/1.0.0');
    return oracle.ask({ library, platform, buildpack, environment, dependency });
  };
}

/** A directory with a binding, as the input `bindings` hands it on. */
export async function bindingFiles(name: string, directory: string): Promise<BindingFiles> {
  const keys = await readdir(directory);
  const entries = await Promise.all(
    keys.map(async (key) => ({ key, content: await readFile(path.join(directory, key)) })),
  );
  return { name, entries };
}
