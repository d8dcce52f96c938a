/** What every program has to reach directly: its own machine. Go does by itself, curl and others only when told. */
export const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/** The names and the address of the Kubernetes cluster that we run in; without the address outside of one. */
export function clusterNames(environment: Readonly<Record<string, string>>): readonly string[] {
  const server = environment['KUBERNETES_SERVICE_HOST'] ?? '';
  return ['kubernetes.default', '.svc', '.cluster.local', ...(server === '' ? [] : [server])];
}

/** A NO_PROXY list with more items, in the form that every program reads: commas without blanks, nothing twice. */
export function joinNoProxy(list: string, added: readonly string[]): string {
  const written = list.split(',').map((item) => item.trim());
  return [...new Set([...written, ...added])].filter((item) => item !== '').join(',');
}
