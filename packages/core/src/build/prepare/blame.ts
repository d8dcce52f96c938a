import { BuildpacksError, type ErrorCode, InputError } from '../../errors/index.ts';
import { optional } from '../../json/json.ts';

/**
 * Reads what an input names. That it is not what it should be is the fault of the input; trouble on the way to it is nobody's.
 *
 * @param codes of errors that are the input's fault
 * @throws InputError on `input` in place of these
 */
export async function blaming<T>(
  input: string,
  work: () => Promise<T>,
  codes: readonly ErrorCode[] = ['image', 'denied'],
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BuildpacksError) || !codes.includes(error.code)) throw error;
    const { message, hint } = error;
    throw new InputError([{ input, message, ...optional('hint', hint) }], { cause: error });
  }
}
