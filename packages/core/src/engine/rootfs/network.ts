import { BuildpacksError } from '../../errors/index.ts';

/** @throws BuildpacksError `engine` for a network that only a container engine has */
export function hasOwnNetwork(network: string): boolean {
  if (network === 'none') return true;
  if (network === 'default' || network === 'host') return false;
  throw new BuildpacksError('engine', `the network "${network}" needs a container engine`, {
    hint: 'Use network "default" or "none", or engine "container".',
  });
}
