/** The middle of some numbers; of an even count, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The value below which the share `q` (0 to 1) of the numbers lies, interpolated between the two
 * nearest; NaN without numbers.
 */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}

/** Rounds to significant digits, so that printed figures do not claim more than they know. */
export function round(value: number, digits = 3): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}

/** The figure as JSON has it: rounded, and null for what could not be measured. */
export function figure(value: number, digits = 3): number | null {
  return Number.isFinite(value) ? round(value, digits) : null;
}

/** How far apart the quarters of some numbers are, as a share of their median: the noise. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}
