export declare function installed(folder: string, scope: "runtime" | "all"): { complete: boolean; dev: boolean };
