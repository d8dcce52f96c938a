import { BuildpacksError } from '../errors/index.ts';
import { checksumOf, FIELD, type Field } from './tar-format.ts';

/** Writes digits and a NUL; the number must fit. */
export function putOctal(header: Buffer, field: Field, value: number): void {
  header.write(value.toString(8).padStart(field.length - 1, '0'), field.offset, field.length - 1, 'latin1');
}

/** Writes type, magic and checksum: the last thing that is done to a header. */
export function seal(header: Buffer, typeFlag: string, magic: string): void {
  header.write(typeFlag, FIELD.type.offset, 'latin1');
  header.write(magic, FIELD.magic.offset, 'latin1');
  const checksum = checksumOf(header).toString(8).padStart(6, '0');
  header.write(`${checksum}\0 `, FIELD.checksum.offset, 'latin1');
}

/** @throws BuildpacksError `internal`: a header ends a name there */
export function refuseNul(text: string): void {
  if (text.includes('\0')) throw new BuildpacksError('internal', `the name ${JSON.stringify(text)} holds a NUL byte`);
}
