import { Problems } from '../errors/problems.ts';
import { optional } from '../json/json.ts';
import { readBuild, readBuilder } from './build.ts';
import { readCacheRequest } from './cache.ts';
import { readRunFacts } from './checkout-facts.ts';
import { readConnectionInputs } from './connection.ts';
import { readOutcome } from './outcome.ts';
import { matching, type ParseContext, type Parts } from './parts.ts';
import { parseTargetDirectory } from './places.ts';
import { readPolicies } from './policies.ts';
import { InputReader, type RawInputs } from './reader.ts';
import type { BuildRequest } from './request.ts';
import { readSource } from './source.ts';
import { decideTrust } from './trust.ts';

/**
 * Reads all inputs into a request. Env files and bindings are read here, and paths are looked at, so that everything that is
 * wrong is told together, before anything is pulled.
 *
 * @throws InputError with every problem there is
 */
export function parseInputs(raw: RawInputs, surrounding: ParseContext): BuildRequest {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const context = { ...surrounding, facts: readRunFacts(reader, surrounding, problems) };
  const trust = decideTrust(context.facts, {
    trust: reader.choice('trust'),
    publish: reader.choice('publish'),
    cache: reader.choice('cache'),
  });
  for (const notice of trust.notices) problems.notice(notice);

  const surroundings = {
    workingDirectory: context.workingDirectory,
    untrusted: trust.level === 'untrusted',
    ...optional('ownPlaces', context.ownPlaces),
  };
  const parts = { reader, context, problems, trust, surroundings };
  const outcome = readOutcome(parts);
  const source = readSource(parts);
  // Who may have written the app is not asked for the rules.
  const untrusted = surroundings.untrusted ? [context.workingDirectory, source.app.path] : [];
  const request = {
    ...outcome,
    ...source,
    policies: readPolicies(reader, { workingDirectory: context.workingDirectory, untrusted }, problems),
    ...readBuilder(parts),
    ...readBuild(parts),
    ...readRun(parts),
    trust,
  };
  problems.throwIfAny();
  return { ...request, notices: problems.notices };
}

/** How and where the build runs, and what it leaves beside the image. */
function readRun(parts: Parts) {
  const { reader, context, problems, trust } = parts;
  const { workingDirectory } = context;
  const engine = reader.choice('engine');
  const network = matching(parts, 'network', /^[A-Za-z0-9][A-Za-z0-9_.-]*$/) ?? 'default';
  if (engine === 'rootfs' && network !== 'default' && network !== 'none') {
    problems.report(
      'network',
      `"${network}" needs a container engine and "engine" is rootfs`,
      'Write default or none.',
    );
  }
  const target = (name: 'sbom-directory' | 'report-directory') => {
    const text = reader.text(name);
    return text === undefined ? undefined : problems.attempt(() => parseTargetDirectory(text, workingDirectory, name));
  };
  return {
    cache: readCacheRequest(reader, { ...context, trust }, problems),
    engine,
    network,
    connection: readConnectionInputs(reader, context, problems),
    ...optional('sbomDirectory', target('sbom-directory')),
    ...optional('reportDirectory', target('report-directory')),
    logLevel: reader.choice('log-level'),
  };
}
