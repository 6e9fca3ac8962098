import manifest from "../../package.json" with { type: "json" };

/** The version of the repository and of every program in it: the one in the root's package.json. */
export const { version } = manifest;
