import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { kept, keyOf, ROOT } from '../../bench/cache.ts';
import { go } from '../../bench/go.ts';

/** The module whose dependencies, two hundred packages with those of the standard library, the app compiles. */
const MODULE = path.join(ROOT, 'test/bench/tools/crane');

const MAIN = `package main

import "github.com/google/go-containerregistry/cmd/crane/cmd"

func main() { _ = cmd.New("app", "made to be compiled", nil).Execute() }
`;

/** The folder of a Go program that takes a while to compile, with the sources of all its dependencies. */
export async function goApp(): Promise<string> {
  return kept(`apps/go-${keyOf(MAIN)}`, async (directory) => {
    for (const name of ['go.mod', 'go.sum']) await copyFile(path.join(MODULE, name), path.join(directory, name));
    await writeFile(path.join(directory, 'main.go'), MAIN);
    await go(['mod', 'vendor'], { directory });
  });
}
