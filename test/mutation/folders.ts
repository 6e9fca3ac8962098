/** A folder that `npm run mutation` changes, and the test files that must notice. All paths from the repository's root. */
export interface Folder {
  readonly path: string;
  readonly tests: readonly string[];
}

const beside = (path: string, ...others: string[]): Folder => ({ path, tests: [`${path}/**/*.test.ts`, ...others] });

export const folders: readonly Folder[] = [
  beside("server/src/contract"),
  beside("client/src/line"),
  beside("client/src/log"),
  beside("client/src/poller/schedule"),
  beside("client/src/poller/probe", "client/test/faults.test.ts"),
  beside("client/src/reader/report", "client/test/accounts.test.ts"),
  beside("cdktf/src/policy"),
  beside("cdktf/src/user-data"),
];
