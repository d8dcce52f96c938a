import { alignColumns } from '../report/columns.ts';
import type { CertificateFacts } from './report.ts';

/** A longer list is a whole bundle: then only what is new by it is of interest. */
const MOST = 10;

export function renderCertificates({ trusted, sources, user, warnings }: CertificateFacts): readonly string[] {
  const rows = [
    ...sources.map((source) => [String(source.count), source.name]),
    [String(trusted), 'trusted in all, each counted once'],
  ];
  return [...alignColumns(rows, ['right']), ...userLines(user), ...warningLines(warnings)];
}

function userLines(user: CertificateFacts['user']): readonly string[] {
  const all = user.length <= MOST;
  const of = all ? user : user.filter(({ known }) => !known);
  const listed = of.slice(0, MOST);
  const rest = [
    ...(of.length > MOST ? [`${of.length - MOST} more`] : []),
    ...(all || of.length === user.length
      ? []
      : [`${user.length - of.length} that Node.js or this machine trusts anyway`]),
  ];
  return [
    ...listed.flatMap(({ subject, fingerprint, validTo }) => [
      `${subject}, until ${validTo}`,
      `  SHA-256 ${fingerprint}`,
    ]),
    ...(rest.length === 0 ? [] : [`${listed.length === 0 ? '' : 'and '}${rest.join(', and ')}; --json lists them`]),
  ];
}

function warningLines(warnings: CertificateFacts['warnings']): readonly string[] {
  const more = warnings.length - MOST;
  return [
    ...warnings.slice(0, MOST).map((warning) => `warning: ${warning}`),
    ...(more > 0 ? [`warning: and ${more} more; --json lists them`] : []),
  ];
}
