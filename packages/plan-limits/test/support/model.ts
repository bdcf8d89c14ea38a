import { type Feature, features, type Limit, type Plan } from './features.ts';
import type { Step } from './step.ts';

// What limits do, in TypeScript: one organization, the counter `apiCalls` with its keys, the live count
// `projects` and the counter-backed count `documents`. The table in docs/concepts/limits.md says the same
// in words; each row of it names the step of here.

interface Terms {
  readonly limit: Limit;
  readonly graceDays: number;
}

/** As in fixtures/limits.ts; what is missing is denied. */
const plans: Readonly<Record<Plan, Readonly<Partial<Record<Feature, Terms>>>>> = {
  free: of({ apiCalls: 100, projects: 10, documents: 10 }),
  pro: { ...of({ apiCalls: 50_000, documents: 50 }), projects: { limit: 50, graceDays: 7 } },
  small: { apiCalls: { limit: 10, graceDays: 7 }, projects: { limit: 2, graceDays: 7 } },
  enterprise: of({ apiCalls: null, projects: null, documents: null }),
  none: {},
};

function of(limits: Partial<Record<Feature, Limit>>) {
  return Object.fromEntries(
    Object.entries(limits).map(([feature, limit]) => [feature, { limit, graceDays: 0 }]),
  ) as Partial<Record<Feature, Terms>>;
}

type KeyState = 'used' | 'refunded' | 'reserved' | 'released' | 'expired';
interface Key {
  state: KeyState;
  amount: number;
  /** The amount of the first answer. */
  asked: number;
  period: number;
  /** Its time is over, and nobody has cleared it. */
  due: boolean;
}

/** Why a step was refused; null when it was not. */
export type Refusal = string | null;

export class Model {
  plan: Plan = 'free';
  trial: Plan | null = null;
  anchor = 0;
  readOnly = false;
  /** What each period, by its anchor, has counted. */
  used = new Map<number, number>();
  keys = new Map<string, Key>();
  projects = 0;
  documents = 0;
  drafts = 0;
  grace = new Map<Feature, { keeps: Limit; active: boolean }>();
  set = new Map<Feature, Limit>();
  added = new Map<Feature, number>();

  private get effective(): Plan {
    return this.trial ?? this.plan;
  }

  /** The limit without grace. */
  own(feature: Feature, plan: Plan = this.effective): Limit {
    const set = this.set.get(feature);
    const base =
      set !== undefined ? set : (plans[plan][feature]?.limit ?? (plans[plan][feature] ? null : 0));
    return base === null ? null : Math.max(0, base + (this.added.get(feature) ?? 0));
  }

  /** The one that holds for somebody who uses this much. */
  limit(feature: Feature, used: number): Limit {
    const own = this.own(feature);
    const grace = this.grace.get(feature);
    if (own === null || used <= own || grace?.active !== true) return own;
    return grace.keeps === null ? null : Math.max(own, grace.keeps);
  }

  /** As a page shows it: what has expired is free. */
  shown(feature: Feature): number {
    if (feature !== 'apiCalls') return this[feature];
    const due = [...this.keys.values()].filter(
      ({ state, due, period }) => state === 'reserved' && due && period === this.anchor,
    );
    return due.reduce((sum, { amount }) => sum - amount, this.used.get(this.anchor) ?? 0);
  }

  apply(step: Step): Refusal {
    switch (step.do) {
      case 'consume':
        return this.take(step.amount, step.key, false);
      case 'reserve':
        return this.take(step.amount, step.key, true);
      case 'confirm':
      case 'refund':
      case 'release':
        return this.settle(step.do, step.key, step.do === 'confirm' ? step.amount : null);
      case 'timePasses':
        for (const key of this.keys.values()) if (key.state === 'reserved') key.due = true;
        return null;
      case 'clear':
        this.clear();
        return null;
      case 'graceEnds':
        for (const each of this.grace.values()) each.active = false;
        return null;
      case 'overridesEnd':
        this.set.clear();
        this.added.clear();
        return null;
      case 'override':
        if (step.add !== undefined) {
          this.added.set(step.feature, (this.added.get(step.feature) ?? 0) + step.add);
        } else this.set.set(step.feature, step.set ?? null);
        return null;
      case 'readOnly':
        this.readOnly = step.is;
        return null;
      case 'setPlan':
      case 'updatePlan':
        if (step.do === 'setPlan' && step.plan === 'none') return 'PLAN_UNKNOWN';
        this.change(() => {
          if (step.anchor !== null) this.anchor = step.anchor;
          this.plan = step.plan;
          // a plan that billing sets ends a trial
          if (step.do === 'setPlan') this.trial = null;
        });
        return null;
      case 'startTrial':
        if (step.plan === 'none') return 'PLAN_UNKNOWN';
        this.change(() => {
          this.trial = step.plan;
        });
        return null;
      case 'trialEnds':
        this.change(() => {
          this.trial = null;
        });
        return null;
      case 'insert':
        return this.add(step.feature, step.rows);
      case 'delete':
        this[step.feature] = Math.max(0, this[step.feature] - step.rows);
        return null;
      case 'activate': {
        const rows = Math.min(step.rows, this.drafts);
        const refused = rows === 0 ? null : this.add('documents', rows);
        if (refused === null) this.drafts -= rows;
        return refused;
      }
      case 'deactivate': {
        const rows = Math.min(step.rows, this.documents);
        this.documents -= rows;
        this.drafts += rows;
        return null;
      }
    }
  }

  private refusal(feature: Feature, used: number): string {
    if (this.readOnly) return 'PLAN_READ_ONLY';
    const granted = plans[this.effective][feature] !== undefined || this.set.has(feature);
    return this.limit(feature, used) === 0 && !granted ? 'FEATURE_NOT_IN_PLAN' : 'LIMIT_REACHED';
  }

  private fits(feature: Feature, used: number, amount: number): boolean {
    const limit = this.limit(feature, used);
    return !this.readOnly && (limit === null || used + amount <= limit);
  }

  private take(amount: number, name: string | null, reserves: boolean): Refusal {
    const key = name === null ? undefined : this.keys.get(name);
    const before = structuredClone({ used: this.used, keys: this.keys });
    if (key !== undefined) {
      const holds = key.state === 'used' || (key.state === 'reserved' && !key.due);
      if (holds) {
        const same = key.asked === amount && (reserves || key.state !== 'reserved');
        return same ? null : 'USAGE_KEY_REUSED';
      }
      if (key.state === 'reserved') this.giveBack(key, 'expired');
    }
    let used = this.used.get(this.anchor) ?? 0;
    if (!this.fits('apiCalls', used, amount)) {
      // reservations whose time is over make room
      this.clear();
      used = this.used.get(this.anchor) ?? 0;
      if (!this.fits('apiCalls', used, amount)) {
        Object.assign(this, before);
        return this.refusal('apiCalls', before.used.get(this.anchor) ?? 0);
      }
    }
    this.used.set(this.anchor, used + amount);
    if (name !== null) {
      this.keys.set(name, {
        state: reserves ? 'reserved' : 'used',
        amount,
        asked: amount,
        period: this.anchor,
        due: false,
      });
    }
    return null;
  }

  private settle(action: 'confirm' | 'refund' | 'release', name: string, amount: Limit): Refusal {
    const key = this.keys.get(name);
    if (key === undefined) return 'USAGE_NOT_FOUND';
    const target = { confirm: 'used', refund: 'refunded', release: 'released' } as const;
    if (key.state === target[action] || (action === 'release' && key.state === 'expired'))
      return null;
    if (key.state !== (action === 'refund' ? 'used' : 'reserved')) return 'USAGE_STATE_INVALID';
    if (action !== 'confirm') {
      this.giveBack(key, target[action]);
      return null;
    }
    const final = amount ?? key.amount;
    if (final > key.amount) return 'USAGE_INVALID';
    this.less(key.period, key.amount - final);
    key.state = 'used';
    key.amount = final;
    key.due = false;
    return null;
  }

  private giveBack(key: Key, state: KeyState): void {
    this.less(key.period, key.amount);
    key.state = state;
    key.due = false;
  }

  private less(period: number, amount: number): void {
    this.used.set(period, Math.max(0, (this.used.get(period) ?? 0) - amount));
  }

  private clear(): void {
    for (const key of this.keys.values()) {
      if (key.state === 'reserved' && key.due) this.giveBack(key, 'expired');
    }
  }

  private add(feature: 'projects' | 'documents', rows: number): Refusal {
    if (!this.fits(feature, this[feature], rows)) return this.refusal(feature, this[feature]);
    this[feature] += rows;
    const own = this.own(feature);
    const isWithin = own === null || this[feature] <= own;
    if (isWithin && this.grace.get(feature)?.active === true) this.grace.delete(feature);
    return null;
  }

  private change(make: () => void): void {
    const [plan, anchor] = [this.effective, this.anchor];
    make();
    if (plan !== this.effective && anchor !== this.anchor) this.carry(anchor);
    if (plan !== this.effective) for (const each of features) this.beginGrace(each, plan);
  }

  /** What was used in the running period goes along when the plan changes. */
  private carry(from: number): void {
    this.used.set(this.anchor, (this.used.get(this.anchor) ?? 0) + (this.used.get(from) ?? 0));
    this.used.delete(from);
    for (const key of this.keys.values()) {
      if (key.period === from && (key.state === 'used' || key.state === 'reserved')) {
        key.period = this.anchor;
      }
    }
  }

  /** What another plan makes of grace, given the one before it. */
  private beginGrace(feature: Feature, plan: Plan): void {
    const [before, own, used] = [this.own(feature, plan), this.own(feature), this.shown(feature)];
    const covers = (limit: Limit) => limit === null || used <= limit;
    // grace survives only where it was needed before the change, and is after it
    if (covers(before) || covers(own)) this.grace.delete(feature);
    const isLowered = own !== null && (before === null || before > own);
    if (!isLowered || covers(own)) return;
    const days = plans[this.effective][feature]?.graceDays ?? 0;
    // a second change during the grace does not make it longer
    if (days > 0 && this.grace.get(feature)?.active !== true) {
      this.grace.set(feature, { keeps: before, active: true });
    }
  }
}
