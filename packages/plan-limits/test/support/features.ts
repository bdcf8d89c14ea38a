export type Plan = 'free' | 'pro' | 'small' | 'enterprise' | 'none';

/** Null stands for unlimited. */
export type Limit = number | null;

/** The features of fixtures/limits.ts that the model knows. */
export const features = ['apiCalls', 'projects', 'documents'] as const;
export type Feature = (typeof features)[number];
