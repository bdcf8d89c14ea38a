import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { anchorOfMonthUntil } from './support/anchor.ts';
import { limitsDatabase } from './support/database.ts';
import { localTime, periodInUtc } from './support/oracle.ts';

const database = await limitsDatabase();

interface Asked {
  readonly per: string;
  readonly anchor: Date | null;
  readonly zone: string;
  readonly at: Date;
}

const dates = fc.date({
  min: new Date('1990-01-01T00:00:00Z'),
  max: new Date('2060-12-31T23:59:59Z'),
  noInvalidDate: true,
});
/** Anchors at the end of a month, where months differ. */
const monthEnds = fc
  .tuple(
    fc.integer({ min: 1990, max: 2060 }),
    fc.integer({ min: 0, max: 11 }),
    fc.integer({ min: 27, max: 31 }),
  )
  .map(([year, month, day]) => new Date(Date.UTC(year, month, day, 13, 37)));
const anchors = fc.oneof(dates, monthEnds, fc.constant(null));
const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Australia/Lord_Howe', // changes by half an hour
  'Pacific/Apia', // left out a whole day in 2011
  'Africa/Casablanca',
  'Asia/Kolkata',
);

/** Many at once: one round trip for a run of fast-check. */
async function periodsOf(asked: readonly Asked[]) {
  const rows = await database.ask<{ start: string; end: string }>(
    `select extract(epoch from p.period_start) * 1000 as start, extract(epoch from p.period_end) * 1000 as end
     from rows from (jsonb_to_recordset($1) as (per text, anchor timestamptz, zone text, at timestamptz))
       with ordinality q (per, anchor, zone, at, n)
     cross join lateral tenantry.limit_period(q.per, q.anchor, q.zone, q.at) p order by n`,
    [JSON.stringify(asked)],
  );
  return rows.map(({ start, end }) => ({
    start: new Date(Number(start)),
    end: new Date(Number(end)),
  }));
}

test('periods in UTC are those of another calendar', async () => {
  const one = fc.record({
    per: fc.constantFrom('day', 'month', 'year'),
    anchor: anchors,
    zone: fc.constant('UTC'),
    at: dates,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(one, { minLength: 50, maxLength: 100 }), async (asked) => {
      const found = await periodsOf(asked);
      expect(found).toEqual(
        asked.map(({ per, anchor, at }) => periodInUtc(per as 'day', anchor, at)),
      );
    }),
    { numRuns: 30 },
  );
});

test('in every zone a moment is in its period, and the next begins where one ends', async () => {
  const one = fc.record({
    per: fc.constantFrom('day', 'month', 'year'),
    anchor: anchors,
    zone: zones,
    at: dates,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(one, { minLength: 50, maxLength: 100 }), async (asked) => {
      const found = await periodsOf(asked);
      const next = await periodsOf(
        asked.map((each, i) => ({ ...each, at: (found[i] as { end: Date }).end })),
      );
      const last = await periodsOf(
        asked.map((each, i) => ({
          ...each,
          at: new Date((found[i] as { end: Date }).end.getTime() - 1),
        })),
      );
      found.forEach(({ start, end }, i) => {
        const { at } = asked[i] as Asked;
        expect(start.getTime()).toBeLessThanOrEqual(at.getTime());
        expect(end.getTime()).toBeGreaterThan(at.getTime());
        expect(next[i]?.start).toEqual(end);
        expect(last[i]).toEqual({ start, end });
      });
    }),
    { numRuns: 20 },
  );
});

test('the clocks of a zone do not move the local time at which periods begin', async () => {
  const anchor = new Date('2026-01-15T08:00:00Z'); // 9 o'clock in Berlin
  const at = ['2026-03-20', '2026-04-20', '2026-10-20', '2026-11-20'].map(
    (day) => new Date(`${day}T12:00:00Z`),
  );
  const found = await periodsOf(
    at.map((each) => ({ per: 'month', anchor, zone: 'Europe/Berlin', at: each })),
  );
  expect(found.map(({ start }) => localTime('Europe/Berlin', start).slice(11))).toEqual(
    Array(4).fill('09:00:00'),
  );
  const [spring, autumn] = await periodsOf(
    ['2026-03-29', '2026-10-25'].map((day) => ({
      per: 'day',
      anchor: null,
      zone: 'Europe/Berlin',
      at: new Date(`${day}T12:00:00Z`),
    })),
  );
  const hours = (period?: { start: Date; end: Date }) =>
    period && (period.end.getTime() - period.start.getTime()) / 3_600_000;
  expect([hours(spring), hours(autumn)]).toEqual([23, 25]);
});

test('an anchor on the 31st gives the last day of shorter months, and the 31st again', async () => {
  const anchor = new Date('2023-12-31T10:00:00Z');
  const months = ['2024-01', '2024-02', '2024-03', '2024-04', '2025-02', '2028-02'];
  const found = await periodsOf(
    months.map((month) => ({
      per: 'month',
      anchor,
      zone: 'UTC',
      at: new Date(`${month}-28T09:00:00Z`),
    })),
  );
  expect(found.map(({ end }) => end.toISOString().slice(0, 10))).toEqual([
    '2024-01-31',
    '2024-02-29',
    '2024-03-31',
    '2024-04-30',
    '2025-02-28',
    '2028-02-29',
  ]);
  const [leap] = await periodsOf([
    {
      per: 'year',
      anchor: new Date('2024-02-29T00:00:00Z'),
      zone: 'UTC',
      at: new Date('2027-06-01T00:00:00Z'),
    },
  ]);
  expect(leap).toEqual({
    start: new Date('2027-02-28T00:00:00Z'),
    end: new Date('2028-02-29T00:00:00Z'),
  });
});

/** 20 callers that consume until the second period has refused one; what each period has granted. */
async function acrossPeriods(organization: string) {
  const granted: string[] = [];
  // the first period ends soon, the second in a month
  const soon = new Date(Date.now() + 10 * 86_400_000).toISOString();
  let isOver = false;
  const callers = Array.from({ length: 20 }, async (_, caller) => {
    for (let i = 0; !isOver; i++) {
      try {
        const usage = await limits.consume(database.pool, 'apiCalls', 1, { key: `${caller} ${i}` });
        granted.push(String(usage.periodStart));
      } catch (error) {
        const { code, details } = error as { code: string; details: { resetsAt: string } };
        if (code !== 'LIMIT_REACHED') throw error;
        isOver ||= details.resetsAt > soon;
      }
    }
  });
  await Promise.all(callers);
  const counters = await database.ask<{ used: number }>(
    'select used::int from usage_counters where organization_id = $1 order by period_start',
    [organization],
  );
  return { granted, counters };
}

test('a period that changes while many consume gives each period its limit, and gives back to the one it came from', async () => {
  // a machine that takes longer to come to the limit of the first period gets a later end of it
  for (let seconds = 1; ; seconds *= 2) {
    const acme = await database.organization();
    await database.ask(
      `update organizations set plan_anchor = ${anchorOfMonthUntil('now() + make_interval(secs => $2)')} where id = $1`,
      [acme, seconds],
    );
    await database.in(acme, () =>
      limits.reserve(database.pool, 'apiCalls', 40, { key: 'early', expiresInSeconds: 86_400 }),
    );
    const { granted, counters } = await database.in(acme, () => acrossPeriods(acme));
    if (counters.length < 2 || counters[0]?.used !== 100) continue;
    const periods = [...new Set(granted)].sort();
    expect(periods.map((each) => granted.filter((period) => period === each).length)).toEqual([
      60, 100,
    ]);
    await database.in(acme, () => limits.release(database.pool, 'apiCalls', { key: 'early' }));
    expect(
      await database.ask(
        'select used::int from usage_counters where organization_id = $1 order by period_start',
        [acme],
      ),
    ).toEqual([{ used: 60 }, { used: 100 }]);
    return;
  }
});
