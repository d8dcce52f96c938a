import { pathToFileURL } from 'node:url';
import { checkJsonschema } from './check-jsonschema.ts';
import { debianPackages } from './debian.ts';
import { helperLayer } from './gitlab/helper-image.ts';
import { buildpackDirectory, makeBuilder, makeRunImage } from './images.ts';
import { tool, TOOL_NAMES, type ToolName } from './tools.ts';
import { tektonLayer } from './tekton/node-image.ts';
import { toolImages } from './tool-image.ts';
import { yamllint } from './yamllint.ts';
import { zizmor } from './zizmor.ts';

/** What has to be there before: for all tests, or for the demo alone. */
const SETS: Readonly<Record<string, Wanted>> = {
  all: {
    tools: TOOL_NAMES,
    buildpacks: ['ca-certificates', 'nodejs', 'procfile'],
    others: [checkJsonschema, yamllint, zizmor, toolImages, helperLayer, tektonLayer],
  },
  demo: { tools: ['lifecycle', 'registry', 'crane'], buildpacks: ['nodejs', 'procfile'], others: [] },
};

interface Wanted {
  readonly tools: readonly ToolName[];
  readonly buildpacks: readonly string[];
  readonly others: readonly (() => Promise<unknown>)[];
}

/**
 * Makes everything of a set that the cache lacks: programs, packages, and the images' layers, which the builders and run
 * images of tests then share. Tests would make it all on their own as well, but within their time limits.
 */
export async function setUp(set: string): Promise<void> {
  const wanted = SETS[set];
  if (wanted === undefined) throw new Error(`there is no set "${set}": ${Object.keys(SETS).join(', ')}`);
  // Downloads wait for the network while the builds wait for the processor.
  const downloads = [debianPackages, ...wanted.others].map((download) => download());
  const results = await Promise.allSettled([...downloads, buildAll(wanted.tools)]);
  const problems = results.filter((result) => result.status === 'rejected').map(({ reason }) => messageOf(reason));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const buildpacks: string[] = [];
  for (const name of wanted.buildpacks) buildpacks.push(await buildpackDirectory(name));
  await makeRunImage();
  await makeBuilder({ buildpacks, runImage: 'registry.bench.test/run:1' });
}

/** One after the other: each build uses all processors by itself. */
async function buildAll(names: readonly ToolName[]): Promise<void> {
  for (const name of names) await tool(name);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<void> {
  const start = performance.now();
  try {
    await setUp(process.argv[2] ?? 'all');
    process.stderr.write(`bench: ready after ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    process.stderr.write(`bench: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
