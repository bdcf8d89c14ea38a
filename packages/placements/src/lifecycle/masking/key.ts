/** The key of the masks in the environment; true without one, for a key of this copy alone. */
export const maskingKey = (): true | { readonly key: string } => {
  const key = process.env.MASKING_KEY;
  return key === undefined || key === '' ? true : { key };
};
