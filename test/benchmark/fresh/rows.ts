import { compare, type Comparison, renderColumns, TIME_COLUMNS, TRAFFIC_COLUMNS } from '../comparison.ts';
import type { FreshSample } from './rounds.ts';

/** One comparison for each app and change, in the order in which they were measured; bytes are those to and from all servers. */
export function makeFreshRows(samples: readonly FreshSample[]): readonly Comparison[] {
  const groups = Map.groupBy(samples, ({ app, change }) => `${app}: ${change}`);
  return [...groups].map(([name, group]) => {
    const ours = group.filter(({ contender }) => contender === 'action');
    const peer = group.filter(({ contender }) => contender === 'pack');
    return compare(name, ours, peer);
  });
}

/** The rows as a table in Markdown. */
export function renderFreshRows(rows: readonly Comparison[]): string {
  return renderColumns([...TIME_COLUMNS, ...TRAFFIC_COLUMNS], rows);
}
