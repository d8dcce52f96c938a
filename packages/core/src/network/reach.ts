import { isIP } from 'node:net';
import { BuildpacksError } from '../errors/index.ts';
import type { Reach } from '../ports/index.ts';

/** Without `offline`: every connection may be made. */
export const EVERYWHERE: Reach = {
  offline: false,
  allows: () => true,
  admit: () => undefined,
  require: () => undefined,
};

/** A connection was to be made to a host that nobody has named for a closed network. Nothing was sent, and no name was looked up. */
export class OfflineRefusal extends BuildpacksError {
  override readonly name = 'OfflineRefusal';
  readonly host: string;

  /** @param message what was asked for; by default the connection */
  constructor(host: string, message = `no connection to ${host} was made`) {
    super(
      'policy',
      `${message}: with offline only hosts that the inputs name are reached, and ${host} is none of them`,
      {
        hint: `If ${host} is in the closed network, name it in offline-hosts.`,
      },
    );
    this.host = host;
  }

  /**
   * The same refusal for people who know what they asked for and not where that leads.
   *
   * @param task after "can't": `read the manifest of registry.example/app:1`
   * @param asked the host that we turned to, which may have sent us elsewhere
   */
  during(task: string, asked: string | undefined): OfflineRefusal {
    const elsewhere = asked === undefined || plainHost(asked) === this.host ? '' : `, for which ${asked} sends us away`;
    return new OfflineRefusal(this.host, `can't ${task}${elsewhere}`);
  }
}

/** With `offline`: only these hosts, and those that are admitted later. Texts are as in `Reach.allows`. */
export function onlyTo(hosts: Iterable<string>): Reach {
  const allowed = new Set([...hosts].map(plainHost));
  const allows = (host: string) => allowed.has(plainHost(host));
  return {
    offline: true,
    allows,
    admit: (host) => void allowed.add(plainHost(host)),
    require: (host) => {
      if (!allows(host)) throw new OfflineRefusal(plainHost(host));
    },
  };
}

/** In the form of `URL.hostname`, without a port and the root's dot. */
function plainHost(text: string): string {
  const address = isIP(text) === 6 ? `[${text}]` : text;
  const host = URL.canParse(`http://${address}`) ? new URL(`http://${address}`).hostname : text.toLowerCase();
  return host.replace(/\.$/, '');
}
