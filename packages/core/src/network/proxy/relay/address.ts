/** How the build's network and ours belong together. */
export interface BuildNetwork {
  /** The build shares our network namespace: the rootfs engine, or a container on the host's network. */
  readonly shared: boolean;
  /** The container engine is spoken to by a unix socket, so that it may be on this machine. */
  readonly local: boolean;
  /** The gateway address of the container's network, as the engine tells it. */
  readonly gateway?: string;
}

/**
 * The address of ours that a relay has to listen on so that the build reaches it; undefined when it can't, and buildpacks then get the
 * proxy without its password. On loopback only processes of this machine's namespace reach the relay; on a bridge's gateway the other
 * containers of that network do too.
 *
 * @param ownAddresses of this machine's interfaces. The engine of a virtual machine has a gateway that is not among them
 */
export function relayAddress(network: BuildNetwork, ownAddresses: readonly string[]): string | undefined {
  const { shared, local, gateway } = network;
  if (shared) return '127.0.0.1';
  return local && gateway !== undefined && ownAddresses.includes(gateway) ? gateway : undefined;
}
