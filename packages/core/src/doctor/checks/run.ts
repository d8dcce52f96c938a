import type { ResolvedBuilder } from '../../build/prepare/builder.ts';
import type { BuildRequest } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import { allInOrder } from '../../parallel/parallel.ts';
import type { Means } from '../collect.ts';
import type { Check, EngineFacts } from '../report.ts';
import type { Subjects } from '../subjects.ts';
import { buildpackNeeds, builderNeeds, type Need, otherNeeds, runImageNeeds, type Way } from './needs.ts';
import { createPaths, notTried, type Paths } from './paths.ts';
import { elsewhere } from './elsewhere.ts';
import { createTlsLook } from './tls-look.ts';
import { type Outcome, tryOut } from './trial.ts';
import type { TriedPath } from './tries.ts';

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
  const { connection } = request;
  const look = createTlsLook(connection, means.ports.network);
  const paths = createPaths(connection, { look, trusted: means.store.sources, ports: means.ports });
  try {
    if (subjects.images.length === 0) await paths.checkProxies();
    const { builder, fulfilments } = await fulfilAll(request, subjects, { ...means, paths });
    const tried = await paths.tried();
    const outcomes = fulfilments.flatMap((fulfilment) => fulfilment.outcomes);
    const checks = [
      engineCheck(engine),
      ...pathVerdicts(tried, fulfilments),
      ...(await elsewhere(outcomes, tried, { look, connection, signal: means.ports.signal })),
      ...fulfilments.flatMap(verdicts),
    ];
    return { checks, ...optional('builder', builder) };
  } finally {
    await look.close();
  }
}

type Trying = Means & { readonly paths: Paths };

/** What hangs on the builder comes right after it. */
async function fulfilAll(request: BuildRequest, subjects: Subjects, trying: Trying) {
  const { platform, connection, lock } = request;
  const reading = { platform, connection, credentials: trying.credentials, ...optional('lock', lock) };
  const go = <T>(needs: readonly Need<T>[]) => Promise.all(needs.map((need) => fulfil(need, trying)));
  const withBuilder = async () => {
    const builders = await go(builderNeeds(request, reading));
    const [builder] = builders.flatMap(({ outcomes }) => outcomes.flatMap(({ found }) => found ?? []));
    if (builder === undefined) return { builder, fulfilments: builders };
    const named = [...runImageNeeds(builder, request, reading), ...buildpackNeeds(builder, request, reading)];
    return { builder, fulfilments: [...builders, ...(await go(named))] };
  };
  const [{ builder, fulfilments }, others] = await allInOrder([
    withBuilder(),
    go(otherNeeds(request, subjects, reading)),
  ]);
  return { builder, fulfilments: [...fulfilments, ...others] };
}

async function fulfil<T>(need: Need<T>, { paths, ports }: Trying): Promise<Fulfilment<T>> {
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
function verdicts(fulfilment: Fulfilment<unknown>): readonly Check[] {
  return fulfilment.outcomes.map(({ check }) => (isMet(fulfilment) ? leniently(check) : check));
}

/** Nor is a proxy or registry that only leads to such things. */
function pathVerdicts(tried: readonly TriedPath[], fulfilments: readonly Fulfilment<unknown>[]): readonly Check[] {
  const needed = registriesInNeed(fulfilments);
  return tried.map(({ check, registries }) => {
    const matters = registries.size === 0 || [...registries].some((registry) => needed.has(registry));
    return matters ? check : leniently(check);
  });
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
