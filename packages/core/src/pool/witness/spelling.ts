import type { FieldDescription } from '../../wire/result.ts';

const [int8, int2, int4, bpchar, uuid] = [20, 21, 23, 1042, 2950];
const isUuid = /^[0-9a-f-]{36}$/i;
const isInteger = /^-?\d{1,19}$/;

/**
 * The text in which pg gives the tenant in a column of this type and format. pg decodes binary values as
 * text too, with a replacement for bytes that are none.
 */
export function spelling(tenant: string, { dataTypeID, format }: FieldDescription): string {
  if (dataTypeID === uuid && isUuid.test(tenant)) {
    const hex = tenant.toLowerCase();
    return format === 'binary' ? Buffer.from(hex.replaceAll('-', ''), 'hex').toString() : hex;
  }
  if (format === 'binary' && isInteger.test(tenant)) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(tenant)));
    if (dataTypeID === int8) return bytes.toString();
    if (dataTypeID === int4) return bytes.subarray(4).toString();
    if (dataTypeID === int2) return bytes.subarray(6).toString();
  }
  return tenant;
}

/** Whether a value that is spelled differently is the same tenant: char(n) fills up with blanks. */
export const isPadded = (
  value: string,
  tenant: string,
  { dataTypeID }: FieldDescription,
): boolean => dataTypeID === bpchar && value.trimEnd() === tenant;
