import type { CredentialOrigin } from '../auth/index.ts';
import { plainText } from '../log/terminal-text.ts';
import { alignColumns, alignFacts, count } from '../report/columns.ts';
import { section } from '../report/text.ts';
import { formatWay } from './routes.ts';
import { renderCertificates } from './render-certificates.ts';
import { countChecks, renderChecks } from './render-checks.ts';
import type {
  BuildFacts,
  CredentialFacts,
  DoctorReport,
  EngineFacts,
  HostFacts,
  ImageFacts,
  ImagePurpose,
  MirrorFacts,
  ProxyFacts,
  ProxyInForce,
  RouteFacts,
} from './report.ts';

/** A report for people, one item a line, without colours. What others wrote is made harmless. */
export function renderReport(report: DoctorReport): readonly string[] {
  const lines = [
    ...section('Proxies', proxyLines(report.proxies)),
    ...section('Servers', alignColumns(report.hosts.map(hostRow))),
    ...section('Certificates', renderCertificates(report.certificates)),
    ...section('Mirrors', mirrorLines(report.mirrors)),
    ...section('Images', imageLines(report.images)),
    ...section('What buildpacks get', buildLines(report.build)),
    ...section('Engine', engineLines(report.engine)),
    ...section('Checks', renderChecks(report.checks ?? [])),
    ...(report.checks === undefined ? [] : ['', countChecks(report.checks)]),
  ];
  return lines.slice(1).map(plainText);
}

function proxyLines({ http, https, noProxy }: ProxyFacts): readonly string[] {
  return alignFacts([
    { name: 'for http', values: [describeProxy(http)] },
    { name: 'for https', values: [describeProxy(https)] },
    { name: 'no-proxy', values: [noProxy.length === 0 ? 'none' : noProxy.join(', ')] },
  ]);
}

function describeProxy(proxy: ProxyInForce | undefined): string {
  if (proxy === undefined) return 'none';
  const user = proxy.authenticated ? ', with user and password' : '';
  return `${proxy.address}${user} (${proxy.source})`;
}

function hostRow(host: HostFacts): readonly string[] {
  const notes = [
    ...(host.insecure === undefined ? [] : [`insecure (${host.insecure})`]),
    ...(host.clientCertificate === undefined ? [] : [`client certificate ${host.clientCertificate}`]),
    ...(host.ownAuthorities === 0 ? [] : [`${count(host.ownAuthorities, 'certificate')} of its own`]),
  ];
  return [host.address, [describeRoute(host), ...notes].join('; ')];
}

function describeRoute(route: RouteFacts): string {
  const { proxy, because, problem } = route;
  if (problem !== undefined) return `can't be reached: ${problem}`;
  return proxy === undefined ? `${formatWay(route)}: ${because}` : `${formatWay(route)} (${because})`;
}

function mirrorLines({ rules, notices }: MirrorFacts): readonly string[] {
  const rows = rules.map(({ prefix, mirrors, blocked, origin }) => {
    const asked = [...mirrors, ...(blocked ? [] : ['the registry itself'])];
    return [prefix, asked.length === 0 ? 'blocked' : asked.join(', then '), `(${origin})`];
  });
  return [...alignColumns(rows), ...notices.map((notice) => `warning: ${notice}`)];
}

const PURPOSES: Readonly<Record<ImagePurpose, string>> = {
  builder: 'builder',
  'run-image': 'run image',
  buildpack: 'buildpack',
  'previous-image': 'previous image',
  destination: 'destination',
  cache: 'layer cache',
};

/** One line for each image; below it, indented, those who are asked for it in their order, where these are others than its own registry. */
function imageLines(images: readonly ImageFacts[]): readonly string[] {
  const heads = alignColumns(images.map((image) => [PURPOSES[image.purpose], image.name, introduction(image)]));
  return images.flatMap((image, index) => [heads[index] ?? '', ...(isPlain(image) ? [] : askedLines(image))]);
}

function introduction(image: ImageFacts): string {
  const [only] = image.endpoints;
  if (isPlain(image) && only !== undefined) return describeCredential(only.credential);
  return image.rule === undefined ? '' : `by the rule for "${image.rule.prefix}" (${image.rule.origin})`;
}

/** Whether its own registry alone is asked, without anything to be said about that. */
function isPlain({ rule, endpoints, skipped }: ImageFacts): boolean {
  return rule === undefined && skipped.length === 0 && endpoints.length === 1 && endpoints[0]?.notes.length === 0;
}

function askedLines({ endpoints, skipped }: ImageFacts): readonly string[] {
  const rows = endpoints.map((endpoint, index) => [
    `${index + 1}. ${endpoint.name}`,
    [endpoint.role, ...endpoint.notes].join(', '),
    describeCredential(endpoint.credential),
  ]);
  return [
    ...alignColumns(rows),
    ...(endpoints.length === 0 ? ['refused: nobody is left to ask'] : []),
    ...skipped.map((each) => `not asked: ${each.name}, since ${each.why}`),
  ].map((line) => `  ${line}`);
}

function describeCredential(credential: CredentialFacts): string {
  switch (credential.kind) {
    case 'anonymous':
      return 'anonymously';
    case 'basic':
      return `as ${credential.username} ${originOf(credential)}`;
    case 'identity-token':
      return `with an identity token ${originOf(credential)}`;
    case 'bearer':
      return `with a token ${originOf(credential)}`;
    case 'unreadable':
      return `with credentials that can't be read: ${credential.problem}`;
  }
}

function originOf({ source, key, helper }: CredentialOrigin): string {
  const entry = key === undefined ? '' : `, "${key}"`;
  return `(${source}${entry}${helper === undefined ? '' : `, docker-credential-${helper}`})`;
}

function buildLines({ proxies, certificates, certificateVariables, embedded }: BuildFacts): readonly string[] {
  const variables = proxies.map(({ variable, value, relay }) => {
    return `${variable}=${value}${relay === undefined ? '' : ` (${relay})`}`;
  });
  const binding = `${count(certificates, 'certificate')} as a binding${embedded ? ', and in the image' : ''}`;
  return alignFacts([
    { name: 'Proxies', values: variables.length === 0 ? ['none'] : variables },
    { name: 'Certificates', values: certificates === 0 ? ['none'] : [binding] },
    { name: 'Variables', values: certificateVariables.length === 0 ? [] : [certificateVariables.join(', ')] },
  ]);
}

function engineLines({ description, hint, because, builderFrom }: EngineFacts): readonly string[] {
  return [
    description,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    ...(because === undefined ? [] : [`nothing better: ${because}`]),
    ...(builderFrom?.by === 'engine' ? ['it pulls the builder itself, or our client does where it can not'] : []),
    ...(builderFrom?.by === 'us' ? [`our client pulls the builder for it: ${builderFrom.because}`] : []),
  ];
}
