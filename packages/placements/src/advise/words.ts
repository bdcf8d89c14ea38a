const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `41 GB`: a size with at most three digits. */
export function bytes(size: number): string {
  let unit = 0;
  let left = size;
  while (left >= 1000 && unit < units.length - 1) {
    left /= 1024;
    unit++;
  }
  return `${left >= 10 || unit === 0 ? Math.round(left) : left.toFixed(1)} ${units[unit]}`;
}

/** `34 %`: a share of 0 to 1. */
export const percent = (share: number) => `${Math.round(share * 100)} %`;

/** `1,200,000` */
export const whole = (count: number) => Math.round(count).toLocaleString('en-US');
