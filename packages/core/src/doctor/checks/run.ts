import type { ResolvedBuilder } from '../../build/prepare/builder.ts';
import type { BuildRequest } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import type { Means } from '../collect.ts';
import type { Check, EngineFacts } from '../report.ts';
import type { Subjects } from '../subjects.ts';
import { buildpackNeeds, builderNeeds, type Need, otherNeeds, runImageNeeds, type Way } from './needs.ts';
import { createPaths, notTried, type Paths } from './paths.ts';
import { elsewhere } from './elsewhere.ts';
import { createTlsLook } from './tls-look.ts';
import { type Outcome, tryOut } from './trial.ts';

export interface Checked {
  readonly checks: readonly Check[];
  /** From the first server that has it, as a build would find it. */
  readonly builder?: ResolvedBuilder;
}

/** A need and what came of each of its ways. */
interface Fulfilment<T> {
  readonly need: Need<T>;
  readonly outcomes: readonly Outcome<T>[];
}

/**
 * Tries everything that a build would need: side by side, what depends on a proxy or a registry after it, the run image after the
 * builder that names it. The checks come in the order in which a reader looks for a cause.
 */
export async function runChecks(
  request: BuildRequest,
  subjects: Subjects,
  engine: EngineFacts,
  means: Means,
): Promise<Checked> {
  const look = createTlsLook(request.connection, means.ports.network);
  const paths = createPaths(request.connection, look, means.ports);
  const { platform, connection } = request;
  const reading = { platform, connection, credentials: means.credentials };
  const go = <T>(need: Need<T>) => fulfil(need, paths, means);
  try {
    if (subjects.images.length === 0) await paths.checkProxies();
    const building = Promise.all(builderNeeds(request, reading).map(go));
    const others = Promise.all(otherNeeds(request, subjects, reading).map(go));
    const builders = await building;
    const [builder] = builders.flatMap(({ outcomes }) => outcomes.flatMap((outcome) => outcome.found ?? []));
    const named =
      builder === undefined
        ? []
        : [...runImageNeeds(builder, request, reading), ...buildpackNeeds(builder, request, reading)];
    const fulfilments = [...builders, ...(await Promise.all(named.map(go))), ...(await others)];
    const tried = await paths.tried();
    const wanted = registriesInNeed(fulfilments);
    const checks = [
      engineCheck(engine),
      ...tried.map(({ check, registries }) => {
        const needed = registries.size === 0 || [...registries].some((registry) => wanted.has(registry));
        return needed ? check : leniently(check);
      }),
      ...(await elsewhere(
        fulfilments.flatMap(({ outcomes }) => outcomes),
        tried,
        { look, request, ports: means.ports },
      )),
      ...fulfilments.flatMap(verdicts),
    ];
    return { checks, ...optional('builder', builder) };
  } finally {
    await look.close();
  }
}

async function fulfil<T>(need: Need<T>, paths: Paths, { ports }: Means): Promise<Fulfilment<T>> {
  const tryWay = async ({ trial, endpoint }: Way<T>): Promise<Outcome<T>> => {
    const obstacle = endpoint === undefined ? undefined : await paths.obstacle(endpoint);
    return obstacle === undefined ? tryOut(trial, ports) : { check: notTried(trial, obstacle), urls: [] };
  };
  const outcomes = await Promise.all(need.ways.map(tryWay));
  const met = outcomes.find(({ found }) => found !== undefined);
  const more = met?.found === undefined ? [] : (need.more?.(met.found) ?? []);
  return { need, outcomes: [...outcomes, ...(await Promise.all(more.map(tryWay)))] };
}

/** What fails is no failure where another way works, or where a build does without it. */
function verdicts({ need, outcomes }: Fulfilment<unknown>): readonly Check[] {
  return outcomes.map(({ check }) => (isMet({ need, outcomes }) ? leniently(check) : check));
}

function leniently(check: Check): Check {
  return check.verdict === 'failed' ? { ...check, verdict: 'warning' } : check;
}

function isMet({ need, outcomes }: Fulfilment<unknown>): boolean {
  return need.optional || outcomes.some(({ check }) => check.verdict !== 'failed');
}

/** The registries of ways to something that no way leads to. */
function registriesInNeed(fulfilments: readonly Fulfilment<unknown>[]): ReadonlySet<string> {
  const unmet = fulfilments.filter((fulfilment) => !isMet(fulfilment));
  const endpoints = unmet.flatMap(({ need }) => need.ways.flatMap(({ endpoint }) => endpoint ?? []));
  return new Set(endpoints.map(({ reference }) => reference.repository.registry));
}

function engineCheck({ kind, description, hint }: EngineFacts): Check {
  if (kind !== 'none') {
    return { verdict: 'ok', what: 'engine', subject: description, message: 'answers', details: [] };
  }
  const told = { message: description, details: [], code: 'engine', ...optional('remedy', hint) } as const;
  return { verdict: 'failed', what: 'engine', subject: 'none', ...told };
}
