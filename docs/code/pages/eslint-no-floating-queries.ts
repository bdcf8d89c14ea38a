export declare const ids: readonly string[];
export declare function log(error: unknown): void;
