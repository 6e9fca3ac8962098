// Plain JavaScript that a host's Node 20 can run: compares what a folder's lock file lists with what npm says it installed.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What npm installed in `folder`/node_modules, by its list node_modules/.package-lock.json. Returns `complete`, whether
 * the packages of `scope` ("runtime" or "all") are installed as in the lock file, and `dev`, whether any development
 * package is.
 */
export function installed(folder, scope) {
  const lock = packages(join(folder, "package-lock.json"));
  const present = packages(join(folder, "node_modules", ".package-lock.json"));
  // Optional and peer packages may be absent: those of other platforms, or by npm's settings.
  const wanted = Object.entries(lock).filter(
    ([path, entry]) =>
      path.includes("node_modules/") &&
      !entry.optional &&
      !entry.devOptional &&
      !entry.peer &&
      (scope === "all" || !entry.dev),
  );
  return {
    complete:
      agrees(folder, lock) &&
      wanted.every(([path, { version }]) => path in present && present[path].version === version),
    dev: Object.keys(present).some((path) => lock[path]?.dev),
  };
}

/** Whether each package.json has the dependencies that the lock file was made from. */
function agrees(folder, lock) {
  const { workspaces = [] } = manifest(folder);
  return ["", ...workspaces].every((workspace) => {
    const asked = manifest(join(folder, workspace));
    return ["dependencies", "devDependencies", "optionalDependencies"].every(
      (kind) => sorted(asked[kind]) === sorted(lock[workspace]?.[kind]),
    );
  });
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function sorted(dependencies = {}) {
  return JSON.stringify(Object.entries(dependencies).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** The packages of a lock file by their path; none where the file is absent or cut off. */
function packages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
  } catch {
    return {};
  }
}
