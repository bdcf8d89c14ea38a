/** What a period is, told by the calendar of JavaScript instead of PostgreSQL's; UTC only. */
export function periodInUtc(per: 'day' | 'month' | 'year', anchor: Date | null, at: Date) {
  const origin = anchor ?? new Date('2000-01-01T00:00:00Z');
  if (per === 'day') {
    const start = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
    return { start: new Date(start), end: new Date(start + 86_400_000) };
  }
  const step = per === 'month' ? 1 : 12;
  let n = 0;
  while (plusMonths(origin, n).getTime() > at.getTime()) n -= step;
  while (plusMonths(origin, n + step).getTime() <= at.getTime()) n += step;
  return { start: plusMonths(origin, n), end: plusMonths(origin, n + step) };
}

/** The same day of another month, or its last day where it has no such day. */
function plusMonths(from: Date, months: number): Date {
  const year = from.getUTCFullYear();
  const month = from.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const moved = new Date(from);
  moved.setUTCFullYear(year, month, Math.min(from.getUTCDate(), lastDay));
  return moved;
}

/** The local date and time of a moment in a zone: `2026-03-29 03:30:00`. */
export function localTime(zone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}:${of('second')}`;
}
