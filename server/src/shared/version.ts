import manifest from "../../package.json" with { type: "json" };

/** The version of web and worker. */
export const { version } = manifest;
