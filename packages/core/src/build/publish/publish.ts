import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { renderToml } from '../../toml/write-toml.ts';
import { readRegularFile } from '../../files/regular-file.ts';
import { writeFileWhole } from '../../files/whole-file.ts';
import { optional } from '../../json/json.ts';
import { readReport } from '../../lifecycle/report.ts';
import { type Digest, parseReference } from '../../reference/index.ts';
import type { RegistryClient } from '../../registry/index.ts';
import { writeResult } from '../../report/json.ts';
import type { BuildResult, OutputSummary } from '../../report/result.ts';
import { requireHolding } from '../../policy/index.ts';
import type { Ports } from '../../ports/index.ts';
import type { BuildDirectory } from '../../lifecycle/build-directory.ts';
import type { Destination, Plan } from '../plan.ts';
import { outputFacts } from '../policy/output-facts.ts';
import { writeLayoutOutput } from './layout-output.ts';
import { loadOutput } from './load-output.ts';
import { type OutputImage, readOutputImage } from './output-image.ts';
import { uploadImage, type UploadedImage } from './push.ts';
import { describeResult, type RunFacts } from './result.ts';
import { copySbomFiles, findSbomFiles } from './sbom-files.ts';
import { wholeImage } from './whole-image.ts';

/** The lifecycle's own reports have some hundred bytes. */
const MAX_REPORT = 1024 * 1024;

/**
 * PUBLISH: reads what RUN left as hostile input, takes every target from the plan, and moves tags last.
 *
 * @throws BuildpacksError `image` when what RUN left does not fit the plan; PolicyError before anything is written anywhere
 */
export async function publishOutput(
  plan: Plan,
  directory: BuildDirectory,
  run: RunFacts,
  registry: RegistryClient,
  ports: Ports,
): Promise<BuildResult> {
  const { log, clock } = ports;
  log.phase('publish');
  const started = clock.now();
  const output = await readOutputImage(plan, directory);
  const made = { image: wholeImage(output, registry, ports.signal), isHermetic: run.isHermetic };
  const facts = await outputFacts(plan, made, run.policies);
  requireHolding('the image', run.policies, { ...facts, now: clock.now() });
  noteLabels(output, ports);
  await noteReport(directory, ports);
  const found = plan.sbomDirectory === undefined ? [] : await findSbomFiles(directory);
  const saving = saveCaches(run, { plan, directory, digest: output.image.raw.digest }, ports);
  try {
    const sbom = plan.sbomDirectory === undefined ? [] : await copySbomFiles(directory, found, plan.sbomDirectory);
    const outputs = await writeOutputs(output, plan, registry, ports);
    await saving;
    const phases = [...run.phases, { name: 'publish', milliseconds: clock.now() - started }];
    const result = describeResult(plan, output, outputs, { ...run, phases, sbom, traffic: registry.traffic() });
    await writeResult(directory.result, result);
    await writeReports(plan, result, output);
    log.endPhase();
    return result;
  } finally {
    await saving;
  }
}

/** Tags move last, when the image is everywhere else: what fails on this machine or on one registry fails before any of them. */
async function writeOutputs(
  output: OutputImage,
  plan: Plan,
  registry: RegistryClient,
  ports: Ports,
): Promise<readonly OutputSummary[]> {
  const { previousImage } = plan;
  const outputs: OutputSummary[] = [];
  for (const destination of plan.destinations.filter((each) => each.kind !== 'registry')) {
    outputs.push(await writeOutput(output, destination, plan, registry, ports));
  }
  const uploads: UploadedImage[] = [];
  for (const destination of plan.destinations.filter((each) => each.kind === 'registry')) {
    uploads.push(await uploadImage(output, destination, { previousImage, registry, log: ports.log }));
  }
  for (const upload of uploads) outputs.push(await upload.moveTags());
  return outputs;
}

function noteLabels({ replacedLabels }: OutputImage, { log }: Ports): void {
  if (replacedLabels.length === 0) return;
  log.info(`labels: replaced what the build or its run image had in ${replacedLabels.join(', ')}`);
}

/** For whoever looks into a strange build; nothing that RUN wrote about its image is believed. */
async function noteReport(directory: BuildDirectory, { log }: Ports): Promise<void> {
  const bytes = await readRegularFile(directory.layers, ['report.toml'], MAX_REPORT).catch(() => undefined);
  const reading = bytes === undefined ? { note: 'there is no report.toml' } : readReport(bytes);
  log.debug(reading.note ?? 'the lifecycle left a report.toml');
}

async function writeOutput(
  output: OutputImage,
  destination: Exclude<Destination, { kind: 'registry' }>,
  plan: Plan,
  registry: RegistryClient,
  ports: Ports,
): Promise<OutputSummary> {
  switch (destination.kind) {
    case 'oci':
    case 'oci-archive': {
      const [tag] = plan.tags;
      return writeLayoutOutput(
        wholeImage(output, registry, ports.signal),
        destination,
        tag === undefined ? undefined : parseReference(tag),
      );
    }
    case 'engine':
      return loadOutput(wholeImage(output, registry, ports.signal), destination, ports);
  }
}

interface CachedBuild {
  readonly plan: Plan;
  readonly directory: BuildDirectory;
  /** Of the image. */
  readonly digest: Digest;
}

/** Never decides how the build ends. */
async function saveCaches(
  { caches, signKey }: RunFacts,
  { plan, directory, digest }: CachedBuild,
  ports: Ports,
): Promise<void> {
  const isPublished = plan.destinations.some(({ kind }) => kind === 'registry');
  const image = isPublished ? digest : undefined;
  const build = { cache: directory.cache, temporary: directory.root, ...optional('image', image) };
  // Only an abort makes it fail, and everything else with it.
  await caches?.save({ ...build, ...optional('signKey', signKey) }, ports).catch(() => undefined);
}

/** `report.toml` as the lifecycle writes it after a push (platform specification), and `result.json` beside it. */
async function writeReports(plan: Plan, result: BuildResult, output: OutputImage): Promise<void> {
  if (plan.reportDirectory === undefined) return;
  await mkdir(plan.reportDirectory, { recursive: true });
  const image = { tags: result.tags, digest: result.digest, 'manifest-size': output.image.raw.bytes.length };
  await writeFileWhole(path.join(plan.reportDirectory, 'report.toml'), [Buffer.from(renderToml({ image }))]);
  await writeResult(path.join(plan.reportDirectory, 'result.json'), result);
}
