export declare const user: (c: unknown) => string | null;
